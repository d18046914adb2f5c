package auth_test

import (
	"testing"

	"ruhu/auth"
	"ruhu/auth/authtest"
)

func TestServiceInMemory(t *testing.T) {
	authtest.Run(t, func(*testing.T) auth.Store { return &authtest.Memory{} })
}
