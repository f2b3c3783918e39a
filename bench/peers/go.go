// Goroutines, on one thread of Go's scheduler (GOMAXPROCS=1). The names, the counts and the check of
// sleepers are those of bench/runtime.c, bench/measure.h and bench/sleepers.c.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	crowd    = 1000
	nappers  = 20000
	naps     = 15
	sleepers = 1000000
	spacing  = time.Microsecond
)

func giveUp(why string) {
	fmt.Fprintln(os.Stderr, "runtime-go:", why)
	os.Exit(1)
}

// Processor time of the whole process, including Go's own threads, such as the garbage collector.
func cpuNow() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		giveUp(err.Error())
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// VmRSS and VmPTE, in bytes.
func memoryNow() (total int) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		giveUp(err.Error())
	}
	for _, line := range strings.Split(string(status), "\n") {
		words := strings.Fields(line)
		if len(words) == 3 && (words[0] == "VmRSS:" || words[0] == "VmPTE:") {
			kib, _ := strconv.Atoi(words[1])
			total += kib * 1024
		}
	}
	return total
}

func printValue(name string, value float64, unit string) {
	fmt.Printf("%s %.9g %s\n", name, value, unit)
}

func printEach(name string, took time.Duration, count int) {
	printValue(name, float64(took.Nanoseconds())/float64(count), "ns")
}

func nextRandom(state *uint32) uint32 {
	*state ^= *state << 13
	*state ^= *state >> 17
	*state ^= *state << 5
	return *state
}

func nextNap(state *uint32) time.Duration {
	return time.Duration(1000+nextRandom(state)%39000) * time.Microsecond
}

// Go has no switch to a given goroutine. Unbuffered channels come closest; each round has two switches.
func measureSwitch() {
	const count = 1000000
	ping, pong := make(chan struct{}), make(chan struct{})
	go func() {
		for range ping {
			pong <- struct{}{}
		}
	}()

	start := cpuNow()
	for i := 0; i < count; i++ {
		ping <- struct{}{}
		<-pong
	}
	printEach("switch", cpuNow()-start, 2*count)
	close(ping)
}

func yieldOften(count int) {
	for i := 0; i < count; i++ {
		runtime.Gosched()
	}
}

func measureYield() {
	const alone, each = 3000000, 3000
	start := cpuNow()
	yieldOften(alone)
	printEach("yield-1", cpuNow()-start, alone)

	var all sync.WaitGroup
	all.Add(crowd)
	for i := 0; i < crowd; i++ {
		go func() {
			yieldOften(each)
			all.Done()
		}()
	}
	runtime.Gosched() // now they have all begun
	start = cpuNow()
	all.Wait()
	printEach("yield-1000", cpuNow()-start, crowd*each)
}

// As with hob_await(hob_async()), there is a result to wait for.
func measureSpawnJoin() {
	const count, crowds = 1000000, 1000
	result := make(chan int)
	start := cpuNow()
	for i := 0; i < count; i++ {
		go func() { result <- 0 }()
		<-result
	}
	printEach("spawn-join", cpuNow()-start, count)

	spawnAndJoinCrowd()
	start = cpuNow()
	for i := 0; i < crowds; i++ {
		spawnAndJoinCrowd()
	}
	printEach("spawn-join-1000", cpuNow()-start, crowds*crowd)
}

func spawnAndJoinCrowd() {
	var all sync.WaitGroup
	all.Add(crowd)
	for i := 0; i < crowd; i++ {
		go all.Done()
	}
	all.Wait()
}

func measureTimerAwait() {
	var all sync.WaitGroup
	all.Add(nappers)
	for i := 0; i < nappers; i++ {
		go func(random uint32) {
			for i := 0; i < naps; i++ {
				time.Sleep(nextNap(&random))
			}
			all.Done()
		}(uint32(i) + 1)
	}
	runtime.Gosched() // now they all have their first timer
	start := cpuNow()
	all.Wait()
	printEach("timer-await", cpuNow()-start, nappers*naps)
}

func shuffled(count int) []uint32 {
	numbers := make([]uint32, count)
	state := uint32(1)
	for i := range numbers {
		other := nextRandom(&state) % uint32(i+1)
		numbers[i] = numbers[other]
		numbers[other] = uint32(i)
	}
	return numbers
}

func measureSleepers() {
	var asleep, awake uint32
	var all sync.WaitGroup
	rank := shuffled(sleepers)
	began := make([]time.Duration, sleepers+1) // since start
	woken := make([]uint32, sleepers)
	for i := range woken { // so that it is in memory before
		began[i], woken[i] = 1, 1
	}

	// Goroutines fall asleep while others are still being made.
	const firstDeadline = 15 * time.Second
	deadlineOf := func(sleeper uint32) time.Duration {
		return firstDeadline + time.Duration(rank[sleeper])*spacing
	}
	memoryBefore, cpuBefore := memoryNow(), cpuNow()
	start := time.Now()
	all.Add(sleepers)
	for i := 0; i < sleepers; i++ {
		go func() {
			self := atomic.AddUint32(&asleep, 1) - 1
			began[self] = time.Since(start)
			time.Sleep(deadlineOf(self) - began[self])
			woken[atomic.AddUint32(&awake, 1)-1] = self
			all.Done()
		}()
	}
	for atomic.LoadUint32(&asleep) < sleepers {
		runtime.Gosched()
	}
	began[sleepers] = time.Since(start)
	memoryAsleep, cpuAsleep := memoryNow(), cpuNow()
	if time.Since(start) >= firstDeadline {
		giveUp("not all were asleep before the first deadline: the machine is too busy")
	}
	all.Wait()
	cpuAfter := cpuNow()

	misordered := 0
	var latest time.Duration
	for _, sleeper := range woken {
		deadline := deadlineOf(sleeper)
		slack := began[sleeper+1] - began[sleeper]
		inOrder := deadline+slack >= latest
		if !inOrder {
			misordered++
		}
		if deadline > latest || !inOrder {
			latest = deadline
		}
	}
	printValue("sleepers", sleepers, "")
	printEach("sleepers-start", cpuAsleep-cpuBefore, sleepers)
	printEach("sleepers-end", cpuAfter-cpuAsleep, sleepers)
	printValue("sleepers-misordered", float64(misordered), "")
	printValue("sleepers-memory", float64(memoryAsleep-memoryBefore)/sleepers, "bytes")
	printValue("sleepers-memory-all", float64(memoryAsleep)/(1<<30), "GiB")
}

func main() {
	measures := []struct {
		name string
		run  func()
	}{
		{"switch", measureSwitch},
		{"yield", measureYield},
		{"spawn-join", measureSpawnJoin},
		{"timer-await", measureTimerAwait},
		{"sleepers", measureSleepers},
	}
	runtime.GOMAXPROCS(1)
	named := map[string]bool{}
	for _, name := range os.Args[1:] {
		named[name] = true
	}
	for _, measure := range measures {
		if len(named) == 0 || named[measure.name] {
			measure.run()
		}
	}
}
