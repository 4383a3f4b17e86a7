package figure

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"io"
	"strings"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"

	"cosinelab/datasets/fault"
)

// DPI is the resolution of a PNG, in dots per inch.
const DPI = 600

// formats lists the file formats by their extensions.
var formats = []struct {
	name  string
	write func(*Figure, io.Writer) error
}{
	{"svg", (*Figure).svg},
	{"pdf", (*Figure).pdf},
	{"png", (*Figure).png},
}

// Formats lists the file formats by their extensions.
func Formats() (names []string) {
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// Write writes the figure in one of Formats. The same figure gives the same bytes.
func (f *Figure) Write(w io.Writer, format string) error {
	for _, k := range formats {
		if k.name == format {
			return k.write(f, w)
		}
	}
	return fault.New("figure-format", format, fault.Choices(Formats()))
}

// svg keeps text as text. Viewers without Liberation take a font of the same widths; screen readers get the
// caption.
func (f *Figure) svg(w io.Writer) error {
	c := vgsvg.New(f.Width, f.Height)
	f.draw(draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return err
	}
	text := strings.ReplaceAll(b.String(), "font-family:Liberation Sans;",
		"font-family:Liberation Sans,Arial,Helvetica,sans-serif;")
	described := fmt.Sprintf("<title>%s</title>\n<desc>%s</desc>\n", html.EscapeString(f.Name),
		html.EscapeString(f.Caption))
	text = strings.Replace(text, "<g transform=", described+"<g transform=", 1)
	_, err := io.WriteString(w, text)
	return err
}

func (f *Figure) png(w io.Writer) error {
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(f.Width, f.Height), vgimg.UseDPI(DPI))}
	f.draw(draw.New(c))
	_, err := c.WriteTo(w)
	return err
}

// dateless makes documents of fpdf, which writes the time and walks its fonts in random order, the same every
// time. It has no other place to say so through gonum/plot than its defaults.
var dateless = sync.OnceFunc(func() {
	fpdf.SetDefaultCatalogSort(true)
	fpdf.SetDefaultCreationDate(time.Unix(0, 0).UTC())
	fpdf.SetDefaultModificationDate(time.Unix(0, 0).UTC())
})

func (f *Figure) pdf(w io.Writer) error {
	dateless()
	c := pdfCanvas{vgpdf.New(f.Width, f.Height)}
	f.draw(draw.New(c))
	_, err := c.WriteTo(w)
	return err
}

// pdfCanvas encodes text as Windows-1252, as the fonts of the document are, and hands colours over as vgpdf
// takes them.
type pdfCanvas struct{ *vgpdf.Canvas }

func (c pdfCanvas) FillString(f font.Face, at vg.Point, text string) {
	c.Canvas.FillString(f, at, string(western(text)))
}

func (c pdfCanvas) SetColor(col color.Color) {
	if col != nil {
		col = straight{color.NRGBAModel.Convert(col).(color.NRGBA)}
	}
	c.Canvas.SetColor(col)
}

// straight is a colour that does not multiply its parts by its opacity. Viewers of a PDF do that themselves,
// and vgpdf writes what RGBA returns: done twice, what shines through would darken.
type straight struct{ color.NRGBA }

// RGBA returns the parts as they are.
func (s straight) RGBA() (r, g, b, a uint32) {
	return uint32(s.R) * 0x101, uint32(s.G) * 0x101, uint32(s.B) * 0x101, uint32(s.A) * 0x101
}
