package xmlread

import "bytes"

// crowded finds a tag with more attributes than most before the decoder makes strings of them all, and returns its offset;
// -1 where there is none. What is no XML is left to the decoder.
func crowded(src []byte, most int) int {
	for at := 0; ; {
		open := bytes.IndexByte(src[at:], '<')
		if open < 0 {
			return -1
		}
		at += open
		rest := src[at:]
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			at += behind(rest, "-->")
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			at += behind(rest, "]]>")
		case bytes.HasPrefix(rest, []byte("<?")):
			at += behind(rest, "?>")
		default:
			end, attributes := tag(rest, most)
			if attributes > most {
				return at
			}
			at += end
		}
	}
}

// behind returns the offset of what follows the end mark.
func behind(src []byte, mark string) int {
	if i := bytes.Index(src, []byte(mark)); i >= 0 {
		return i + len(mark)
	}
	return len(src)
}

// tag returns the length of the tag at the start of src and the number of its attributes, counted up to most+1.
func tag(src []byte, most int) (end, attributes int) {
	quote := byte(0)
	for i, c := range src {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
			if attributes++; attributes > most {
				return i, attributes
			}
		case c == '>':
			return i + 1, attributes
		}
	}
	return len(src), attributes
}
