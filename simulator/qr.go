package simulator

import (
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"
)

// qrSVG draws a QR code as an SVG picture, a unit a module, its quiet zone of
// four modules included. Errors: a payload that fits into no code.
func qrSVG(payload string) (string, error) {
	code, err := qrcode.New(payload, qrcode.Medium)
	if err != nil {
		return "", fmt.Errorf("draw a QR code: %w", err)
	}
	rows := code.Bitmap()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`, len(rows), len(rows))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/><path fill="#111" d="`, len(rows), len(rows))
	for y, row := range rows {
		for x := 0; x < len(row); {
			n := 0
			for x+n < len(row) && row[x+n] {
				n++
			}
			if n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x, y, n, n)
			}
			x += max(n, 1)
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String(), nil
}
