// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"fmt"
	"net/http"
)

var version = "dev"

func main() {
	listen := flag.String("listen", ":8080", "address to serve on")
	check := flag.Bool("check", false, "report health and leave")
	flag.Parse()
	if *check {
		return
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "hello from", version)
	})
	if err := http.ListenAndServe(*listen, nil); err != nil {
		fmt.Println(err)
	}
}
