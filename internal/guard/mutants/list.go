package main

// list is what must be noticed; docs/proof.md says why each.
var list = []mutant{}
