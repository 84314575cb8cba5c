package shape

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// The bounds, without tests; comments count.
const (
	mostMethods = 70   // of a type
	mostLines   = 2600 // of a package
	mostCommand = 1800 // lines of cmd/pingyi
	mostVague   = 25   // comments that speak of whoever, whatever or nobody
)

var vague = regexp.MustCompile(`(?i)\b(whoever|whatever|nobody)\b`)

// larger are the packages that are above a bound yet. What fits is taken off the list.
var larger = map[string]bool{
	"cmd/pingyi": true,
	"simulator":  true, // a local platform, and no part of the product
}

// commandYet is what cmd/pingyi has above its bound. It only shrinks.
const commandYet = 1550

// folder is a package as it was counted.
type folder struct {
	lines   int
	methods map[string]int // by type
	words   []string       // literals with Chinese characters, by place
	vague   []string       // comments that name no subject, by place
	rows    []string       // calls of Row(), by place
}

// count reads the packages of the module, by folder.
func count(t *testing.T) map[string]*folder {
	t.Helper()
	root := filepath.Join("..", "..")
	out := map[string]*folder{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && (name == "testdata" || strings.HasPrefix(name, ".") && path != root) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		name, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		if out[name] == nil {
			out[name] = &folder{methods: map[string]int{}}
		}
		return out[name].add(path)
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("%d packages: %v", len(out), err)
	}
	return out
}

func (f *folder) add(path string) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f.lines += strings.Count(string(src), "\n")
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, src, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return err
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if vague.MatchString(c.Text) {
				f.vague = append(f.vague, set.Position(c.Pos()).String())
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv != nil {
				f.methods[receiver(n.Recv.List[0].Type)]++
			}
		case *ast.CallExpr:
			if called, ok := n.Fun.(*ast.SelectorExpr); ok && called.Sel.Name == "Row" && len(n.Args) == 0 {
				f.rows = append(f.rows, set.Position(n.Pos()).String())
			}
		case *ast.BasicLit:
			if strings.IndexFunc(n.Value, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 {
				f.words = append(f.words, set.Position(n.Pos()).String()+": "+n.Value)
			}
		}
		return true
	})
	return nil
}

func receiver(of ast.Expr) string {
	switch of := of.(type) {
	case *ast.StarExpr:
		return receiver(of.X)
	case *ast.IndexExpr:
		return receiver(of.X)
	case *ast.Ident:
		return of.Name
	}
	return "?"
}

func TestPackages_typesAndLines_withinTheirBounds(t *testing.T) {
	for name, f := range count(t) {
		var over []string
		for of, n := range f.methods {
			if n > mostMethods {
				over = append(over, of)
			}
		}
		most := mostLines
		if name == "cmd/pingyi" {
			most = mostCommand
			if f.lines > mostCommand+commandYet {
				t.Errorf("%s has %d lines and had at most %d: what is no flag and no print goes to service", name, f.lines, mostCommand+commandYet)
			}
		}
		fits := f.lines <= most && len(over) == 0
		switch {
		case fits && larger[name]:
			t.Errorf("%s fits: take it off the list", name)
		case !fits && !larger[name]:
			t.Errorf("%s has %d lines of %d, and more than %d methods on %v", name, f.lines, most, mostMethods, over)
		}
	}
}

// gorm's Row panics in Scan where a statement cannot be prepared, as when the database
// is away: store.ScanRow takes its place.
func TestStore_rowsOfGorm_areNotScanned(t *testing.T) {
	for _, f := range count(t) {
		for _, place := range f.rows {
			t.Errorf("%s: store.ScanRow reads one row", place)
		}
	}
}

// A comment has a noun of the field as its subject.
func TestComments_nameTheirSubject(t *testing.T) {
	var all []string
	for _, f := range count(t) {
		all = append(all, f.vague...)
	}
	if len(all) > mostVague {
		slices.Sort(all)
		t.Errorf("%d comments speak of whoever, whatever or nobody, at most %d:\n%s", len(all), mostVague, strings.Join(all, "\n"))
	}
}

// Every word that a citizen reads or may say stands in a catalogue, so that another
// language is another file.
func TestDialogue_wordsOfCitizens_standInTheCatalogueAlone(t *testing.T) {
	dialogue := 0
	for name, f := range count(t) {
		if name != "intake" && name != "bot" && !strings.HasPrefix(name, "bot/") {
			continue
		}
		dialogue++
		for _, w := range f.words {
			t.Errorf("a word in Go: %s", w)
		}
	}
	if dialogue < 10 {
		t.Errorf("%d packages of the dialogue were read", dialogue)
	}
}
