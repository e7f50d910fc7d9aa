// An OCI registry in memory that has the referrers API: go-containerregistry's
// own, whose stock command leaves that API switched off. It logs each request
// the way docker-registry does.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
)

// answer remembers what the registry answered.
type answer struct {
	http.ResponseWriter
	status, size int
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(data []byte) (int, error) {
	a.size += len(data)
	return a.ResponseWriter.Write(data)
}

func logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &answer{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(a, r)
		fmt.Printf("127.0.0.1 - - [%s] \"%s %s %s\" %d %d \"\" %q\n", time.Now().UTC().Format("02/Jan/2006:15:04:05 -0700"),
			r.Method, r.RequestURI, r.Proto, a.status, a.size, r.UserAgent())
	})
}

func main() {
	store := registry.New(registry.WithReferrersSupport(true), registry.Logger(log.New(io.Discard, "", 0)))
	log.Fatal(http.ListenAndServe(os.Args[1], logged(store)))
}
