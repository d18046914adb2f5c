// Package api holds the Go types and the routing that are generated from server/openapi.yaml, the outer
// contract. Nothing here is written by hand but this comment; change openapi.yaml, then `go generate ./server/api`.
package api

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config codegen.yaml ../openapi.yaml
//go:generate sh -c "sha256sum ../openapi.yaml codegen.yaml api.gen.go > api.sum"
