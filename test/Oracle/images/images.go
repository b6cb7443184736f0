// SPDX-License-Identifier: Apache-2.0

// Package images answers BuildKit's questions about base images without a
// registry: from an image lock, or with an image made up from its name. What
// is made up is stable, since digests in recorded answers rest on it.
package images

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Image is one entry of an image lock.
type Image struct {
	Ref      string          `json:"ref"`
	Platform string          `json:"platform"`
	Digest   string          `json:"digest"`
	Config   json.RawMessage `json:"config"`
}

// Lock is the file that llbc's --image-lock reads.
type Lock struct {
	Version int     `json:"version"`
	Images  []Image `json:"images"`
}

// Resolver implements llb.ImageMetaResolver and remembers what was asked for.
type Resolver struct {
	locked map[string]Image
	strict bool

	mu   sync.Mutex
	used map[string]Image
}

// NewResolver reads the lock file at path; an empty path is an empty lock. A
// strict resolver refuses images that the lock lacks.
func NewResolver(path string, strict bool) (*Resolver, error) {
	r := &Resolver{locked: map[string]Image{}, strict: strict, used: map[string]Image{}}
	if path == "" {
		return r, nil
	}
	dt, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var lock Lock
	if err := json.Unmarshal(dt, &lock); err != nil {
		return nil, err
	}
	for _, image := range lock.Images {
		r.locked[image.Ref+" "+image.Platform] = image
	}
	return r, nil
}

// Fresh returns a resolver over the same lock that has not been used.
func (r *Resolver) Fresh() *Resolver {
	return &Resolver{locked: r.locked, strict: r.strict, used: map[string]Image{}}
}

// ResolveImageConfig answers for one reference and platform.
func (r *Resolver) ResolveImageConfig(_ context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	p := platforms.DefaultSpec()
	if opt.ImageOpt != nil && opt.ImageOpt.Platform != nil {
		p = *opt.ImageOpt.Platform
	}
	p = platforms.Normalize(p)
	key := ref + " " + platforms.Format(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	image, ok := r.locked[key]
	if !ok {
		if r.strict {
			return "", "", nil, fmt.Errorf("%s: not in the image lock", key)
		}
		image = synthesize(ref, p)
	}
	r.used[key] = image
	return ref, digest.Digest(image.Digest), image.Config, nil
}

// Used is the lock of all images that were asked for, sorted.
func (r *Resolver) Used() *Lock {
	lock := &Lock{Version: 1}
	var keys []string
	for key := range r.used {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		lock.Images = append(lock.Images, r.used[key])
	}
	return lock
}

func synthesize(ref string, p ocispecs.Platform) Image {
	sum := func(s string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(s))) }
	platform := platforms.Format(p)
	name := ref[strings.LastIndex(ref, "/")+1:]
	config := map[string]any{
		"architecture": p.Architecture,
		"os":           p.OS,
		"config":       containerConfig(ref, name),
		"created":      "2024-01-02T03:04:05Z",
		"history":      []any{map[string]any{"created": "2024-01-02T03:04:05Z", "created_by": "base layer of " + name}},
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{sum("layer " + ref + " " + platform)}},
	}
	if p.Variant != "" {
		config["variant"] = p.Variant
	}
	dt, _ := json.Marshal(config)
	d := sum("manifest " + ref)
	if _, at, ok := strings.Cut(ref, "@"); ok {
		d = at
	}
	return Image{Ref: ref, Platform: platform, Digest: d, Config: dt}
}

// containerConfig gives well-known images what theirs are known for, so that
// inherited WORKDIR, ENTRYPOINT, USER and ONBUILD are exercised.
func containerConfig(ref, name string) map[string]any {
	config := map[string]any{
		"Env": []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
		"Cmd": []string{"/bin/sh"},
	}
	switch {
	case strings.HasPrefix(name, "golang"):
		config["Env"] = []string{"PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "GOLANG_VERSION=1.26.0", "GOTOOLCHAIN=local", "GOPATH=/go"}
		config["WorkingDir"] = "/go"
		config["Cmd"] = []string{"bash"}
	case strings.HasPrefix(name, "node"):
		config["Env"] = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "NODE_VERSION=20.11.0", "YARN_VERSION=1.22.19"}
		config["Entrypoint"] = []string{"docker-entrypoint.sh"}
		config["Cmd"] = []string{"node"}
	case strings.HasPrefix(name, "nginx"):
		config["ExposedPorts"] = map[string]any{"80/tcp": map[string]any{}}
		config["Entrypoint"] = []string{"/docker-entrypoint.sh"}
		config["Cmd"] = []string{"nginx", "-g", "daemon off;"}
		config["StopSignal"] = "SIGQUIT"
		config["Labels"] = map[string]string{"maintainer": "nginx"}
	case strings.Contains(name, "onbuild"):
		config["WorkingDir"] = "/usr/src/app"
		config["OnBuild"] = []string{"COPY . /usr/src/app", "RUN make"}
	case strings.Contains(ref, "distroless"):
		config["User"] = "65532"
		config["WorkingDir"] = "/home/nonroot"
	}
	return config
}
