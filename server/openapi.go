package server

import (
	_ "embed"

	"ruhu/server/spec"
)

//go:embed openapi.yaml
var openapiYAML []byte

// Contract returns openapi.yaml as the server enforces it.
func Contract() (*spec.Spec, error) { return spec.Parse(openapiYAML) }
