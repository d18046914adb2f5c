// Package servertest starts the whole program in a folder of its own on a loopback port, with an invented district: two
// streets with villages and grids, an account of every role in each, a survey with its forms, households, assignments and
// enrolled phones. Scenario tests speak to it over HTTP as people and phones do, and look for what must not be there.
package servertest
