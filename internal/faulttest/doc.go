// Package faulttest starts the real binary, has devices push to it, and kills it, cuts its power or
// breaks its disk. What was acknowledged must be there afterwards, whole, and `ruhu verify` must agree.
// It has tests only; shim/shadow.c is the power cut.
package faulttest
