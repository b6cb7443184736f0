// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"strings"
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
	if _, err := conn.Write([]byte(http2.ClientPreface)); err != nil {
		return err
	}
	framer := http2.NewFramer(conn, conn)
	framer.SetReuseFrames()
	framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: window})
	framer.WriteWindowUpdate(0, window)
	var block strings.Builder
	encoder := hpack.NewEncoder(&block)
	for call := range uint32(calls) {
		block.Reset()
		for _, field := range []hpack.HeaderField{
			{Name: ":method", Value: "POST"},
			{Name: ":scheme", Value: "http"},
			{Name: ":path", Value: "/moby.filesync.v1.FileSync/DiffCopy"},
			{Name: ":authority", Value: "localhost"},
			{Name: "content-type", Value: "application/grpc"},
			{Name: "te", Value: "trailers"},
			{Name: "dir-name", Value: "context"},
		} {
			encoder.WriteField(field)
		}
		id := 2*call + 1
		begin := time.Now()
		framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: []byte(block.String()), EndHeaders: true})
		entries, size, err := countEntries(framer, id)
		if err != nil {
			return err
		}
		fmt.Printf("%d entries, %d bytes, %.2f ms\n", entries, size, float64(time.Since(begin).Microseconds())/1000)
		framer.WriteWindowUpdate(0, uint32(size))
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
