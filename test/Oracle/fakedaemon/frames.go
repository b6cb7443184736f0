// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// frames speaks HTTP/2 in the session by itself, frame by frame.
type frames struct {
	*http2.Framer
	conn    net.Conn
	block   strings.Builder
	encoder *hpack.Encoder
}

func newFrames(conn net.Conn) *frames {
	f := &frames{Framer: http2.NewFramer(conn, conn), conn: conn}
	f.encoder = hpack.NewEncoder(&f.block)
	f.AllowIllegalWrites = true
	f.SetReuseFrames()
	return f
}

func (f *frames) hello(window uint32) error {
	if _, err := f.conn.Write([]byte(http2.ClientPreface)); err != nil {
		return err
	}
	f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: window})
	return f.WriteWindowUpdate(0, window)
}

// headers of a call, with more after them.
func (f *frames) headers(path string, more ...hpack.HeaderField) []byte {
	f.block.Reset()
	for _, field := range append([]hpack.HeaderField{
		{Name: ":method", Value: "POST"},
		{Name: ":scheme", Value: "http"},
		{Name: ":path", Value: path},
		{Name: ":authority", Value: "localhost"},
		{Name: "content-type", Value: "application/grpc"},
		{Name: "te", Value: "trailers"},
	}, more...) {
		f.encoder.WriteField(field)
	}
	return []byte(f.block.String())
}

func (f *frames) call(id uint32, path string, more ...hpack.HeaderField) error {
	return f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: f.headers(path, more...), EndHeaders: true})
}

func prefix(flag byte, size uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{flag}, size)
}

const (
	someWindow = 1 << 20
	getSecret  = "/moby.buildkit.secrets.v1.Secrets/GetSecret"
	manyCalls  = 100_000
)

// What no honest daemon does to the session, written until nobody takes it any
// more. The build is then said to be good.
var sessionTricks = map[string]func(*frames) error{
	"session-text": func(f *frames) error {
		_, err := fmt.Fprint(f.conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		return err
	},
	"session-garbage": func(f *frames) error {
		f.hello(someWindow)
		_, err := io.CopyN(f.conn, rand.Reader, 1<<20)
		return err
	},
	"session-long-frame": func(f *frames) error {
		f.hello(someWindow)
		f.call(1, getSecret)
		return f.WriteData(1, false, make([]byte, 1<<20))
	},
	"session-headers": func(f *frames) error {
		f.hello(someWindow)
		// The name is in the table from the first on.
		field := hpack.HeaderField{Name: "x", Value: strings.Repeat("v", 1000)}
		all := make([]hpack.HeaderField, 2000)
		for i := range all {
			all[i] = field
		}
		return f.call(1, getSecret, all...)
	},
	"session-continuations": func(f *frames) error {
		f.hello(someWindow)
		err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: f.headers(getSecret)})
		for range manyCalls {
			if err == nil {
				err = f.WriteContinuation(1, false, nil)
			}
		}
		return err
	},
	// The answers are for nobody.
	"session-pings": func(f *frames) error {
		f.hello(someWindow)
		for range manyCalls {
			if err := f.WritePing(false, [8]byte{}); err != nil {
				return err
			}
		}
		return nil
	},
	"session-resets": func(f *frames) error {
		f.hello(someWindow)
		for id := uint32(1); id < 2*manyCalls; id += 2 {
			f.call(id, getSecret)
			if err := f.WriteRSTStream(id, http2.ErrCodeCancel); err != nil {
				return err
			}
		}
		return nil
	},
	"session-calls": func(f *frames) error {
		f.hello(someWindow)
		for id := uint32(1); id < 2*manyCalls; id += 2 {
			if err := f.call(id, getSecret); err != nil {
				return err
			}
		}
		return errHangUp
	},
	"session-long-message": func(f *frames) error {
		f.hello(someWindow)
		f.call(1, getSecret)
		return f.WriteData(1, false, prefix(0, 1<<30))
	},
	"session-compressed": func(f *frames) error {
		f.hello(someWindow)
		f.call(1, getSecret)
		return f.WriteData(1, false, prefix(1, 0))
	},
	// Of each message all but the last byte.
	"session-halves": func(f *frames) error {
		f.hello(someWindow)
		f.WriteSettingsAck()
		chunk := make([]byte, 16<<10)
		for id := uint32(1); id < 200; id += 2 {
			f.call(id, getSecret)
			f.WriteData(id, false, prefix(0, 16<<20))
			for range 4<<20/len(chunk) - 1 {
				if err := f.WriteData(id, false, chunk); err != nil {
					return err
				}
			}
		}
		return nil
	},
	"session-goaway": func(f *frames) error {
		f.hello(someWindow)
		f.WriteGoAway(0, http2.ErrCodeNo, nil)
		return errHangUp
	},
	"session-window": func(f *frames) error {
		f.hello(someWindow)
		for range 4 {
			f.WriteWindowUpdate(0, 1<<31-1)
		}
		return nil
	},
}

// playInSession hangs up when a call has ended, or with the client.
func playInSession(conn net.Conn, play func(*frames) error) {
	f := newFrames(conn)
	err := play(f)
	for err == nil {
		var frame http2.Frame
		frame, err = f.ReadFrame()
		switch frame := frame.(type) {
		case *http2.HeadersFrame:
			if frame.StreamEnded() {
				return
			}
		case *http2.RSTStreamFrame:
			return
		}
	}
	if err != errHangUp {
		io.Copy(io.Discard, conn)
	}
}

var errHangUp = errors.New("nothing more")
