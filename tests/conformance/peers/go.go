// Go's net/http server for the cases: go run go.go PORT
package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
)

func serve(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		http.Error(w, "the body is broken", http.StatusBadRequest)
		return
	}
	if status, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/")); err == nil {
		w.WriteHeader(status)
	}
	io.WriteString(w, r.URL.Path)
}

// Not http.HandleFunc: its ServeMux redirects paths, and this is about what is read.
func main() {
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.HandlerFunc(serve)))
}
