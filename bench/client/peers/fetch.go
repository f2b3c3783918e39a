// Go's net/http. Started as bench/client/fetch.h describes.
package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

func cpu() float64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(usage.Utime) + seconds(usage.Stime)
}

func residentKiB() float64 {
	bytes, _ := os.ReadFile("/proc/self/statm")
	pages, _ := strconv.Atoi(strings.Fields(string(bytes))[1])
	return float64(pages*os.Getpagesize()) / 1024
}

// See settled_kib() in bench/client/fetch.h.
func settledKiB() float64 {
	now, steady := residentKiB(), 0
	for second := 0; second < 60 && steady < 5; second++ {
		before := now
		time.Sleep(time.Second)
		now = residentKiB()
		steady++
		if math.Abs(now-before) >= before/1000 {
			steady = 0
		}
	}
	return now
}

func main() {
	url, mode := os.Args[1], os.Args[2]
	count, _ := strconv.Atoi(os.Args[3])
	transport := &http.Transport{
		MaxIdleConnsPerHost: count, MaxIdleConns: count, DisableCompression: true,
		TLSClientConfig: &tls.Config{ClientSessionCache: tls.NewLRUClientSessionCache(0)}}
	client := &http.Client{Transport: transport}
	var fetched int64
	before := residentKiB()
	for i := 0; i < count; i++ {
		go func() {
			for {
				response, err := client.Get(url)
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				io.ReadAll(response.Body)
				response.Body.Close()
				atomic.AddInt64(&fetched, 1)
			}
		}()
	}
	if mode == "waiting" {
		fmt.Printf("waiting %.2f KiB\n", (settledKiB()-before)/float64(count))
		return
	}
	time.Sleep(500 * time.Millisecond)
	begin, used := time.Now(), cpu()
	atomic.StoreInt64(&fetched, 0)
	time.Sleep(3 * time.Second)
	wall, n := time.Since(begin).Seconds(), float64(atomic.LoadInt64(&fetched))
	fmt.Printf("requests %.0f 1/s\nprocessor %.2f us\n", n/wall, (cpu()-used)*1e6/n)
}
