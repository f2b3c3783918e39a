// websocket-gorilla PORT: as bench/websocket/hob.c, with gorilla/websocket. A frame is prepared once
// for all sockets.
package main

import (
	"net/http"
	"os"
	"sync"

	"github.com/gorilla/websocket"
)

var upgrader = websocket.Upgrader{}
var lock sync.Mutex
var sockets = map[*websocket.Conn]bool{}

func echo(res http.ResponseWriter, req *http.Request) {
	socket, err := upgrader.Upgrade(res, req, nil)
	if err != nil {
		return
	}
	defer socket.Close()
	for {
		kind, message, err := socket.ReadMessage()
		if err != nil || socket.WriteMessage(kind, message) != nil {
			return
		}
	}
}

func publish(kind int, message []byte) {
	prepared, err := websocket.NewPreparedMessage(kind, message)
	if err != nil {
		return
	}
	lock.Lock()
	defer lock.Unlock()
	for socket := range sockets {
		socket.WritePreparedMessage(prepared)
	}
}

func feed(res http.ResponseWriter, req *http.Request) {
	socket, err := upgrader.Upgrade(res, req, nil)
	if err != nil {
		return
	}
	defer socket.Close()
	lock.Lock()
	sockets[socket] = true
	lock.Unlock()
	for {
		kind, message, err := socket.ReadMessage()
		if err != nil {
			break
		}
		publish(kind, message)
	}
	lock.Lock()
	delete(sockets, socket)
	lock.Unlock()
}

func main() {
	http.HandleFunc("/echo", echo)
	http.HandleFunc("/feed", feed)
	http.ListenAndServe("127.0.0.1:"+os.Args[1], nil)
}
