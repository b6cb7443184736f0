// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// listenTo asks for the files of the context, again and again, and only counts
// what it is told: a peer that costs as little as one can. It prints how long
// after each question the last of the files was named, by the clock.
func listenTo(conn net.Conn) error {
	const calls = 7
	const window = 1 << 30
	f := newFrames(conn)
	if err := f.hello(window); err != nil {
		return err
	}
	for call := range uint32(calls) {
		id := 2*call + 1
		begin := time.Now()
		f.call(id, "/moby.filesync.v1.FileSync/DiffCopy", hpack.HeaderField{Name: "dir-name", Value: "context"})
		entries, size, err := countEntries(f.Framer, id)
		if err != nil {
			return err
		}
		fmt.Printf("%d entries, %d bytes, %.2f ms\n", entries, size, float64(time.Since(begin).Microseconds())/1000)
		f.WriteWindowUpdate(0, uint32(size))
	}
	return nil
}

// countEntries reads up to the message that names nothing, and then waits no
// more: the next question may come while the last one is open.
func countEntries(framer *http2.Framer, id uint32) (entries, size int, err error) {
	var header []byte
	left := 0
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return 0, 0, err
		}
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				framer.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				framer.WritePing(true, f.Data)
			}
		case *http2.HeadersFrame:
			if f.StreamEnded() {
				return 0, 0, fmt.Errorf("refused after %d entries", entries)
			}
		case *http2.DataFrame:
			if f.StreamID != id {
				continue
			}
			data := f.Data()
			size += len(data)
			for len(data) > 0 {
				if left > 0 {
					skipped := min(left, len(data))
					data, left = data[skipped:], left-skipped
					continue
				}
				taken := min(5-len(header), len(data))
				header = append(header, data[:taken]...)
				data = data[taken:]
				if len(header) < 5 {
					continue
				}
				left = int(binary.BigEndian.Uint32(header[1:]))
				header = header[:0]
				if left == 0 {
					return entries, size, nil
				}
				entries++
			}
		}
	}
}
