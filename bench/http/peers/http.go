// net/http. script/bench sets GOMAXPROCS=1. Usage: http-go PORT SECONDS [CERTIFICATE KEY]
package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	if err != nil {
		log.Fatal(err)
	}
	mebibyte := strings.Repeat("x", 1<<20)

	http.HandleFunc("/ping", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "Hello, world!")
	})
	http.HandleFunc("/noodles", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Duration(seconds * float64(time.Second)))
		io.WriteString(w, "noodles cooking done\n")
	})
	http.HandleFunc("/download", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", strconv.Itoa(len(mebibyte)))
		io.WriteString(w, mebibyte)
	})
	http.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, "Hello, world!")
	})
	http.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := 0; i < 10; i++ {
			time.Sleep(100 * time.Millisecond)
			io.WriteString(w, "data: tick\n\n")
			w.(http.Flusher).Flush()
		}
	})
	address := "127.0.0.1:" + os.Args[1]
	if len(os.Args) > 4 {
		log.Fatal(http.ListenAndServeTLS(address, os.Args[3], os.Args[4], nil))
	}
	log.Fatal(http.ListenAndServe(address, nil))
}
