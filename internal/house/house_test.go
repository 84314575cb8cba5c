// Package house checks the bounds of the code itself: how large a package and a type
// may be, and which words a comment may hold. It has tests alone.
package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	mostLines    = 2_600 // of a package, with its comments and without its tests
	mostMethods  = 70    // of a type
	mostCommands = 1_800 // lines of cmd/pingyi
	mostVague    = 25    // comments outside of tests that speak of whoever, whatever or nobody
)

// free are folders that are no part of the product's layout: the local platforms and
// what serves tests.
func free(dir string) bool {
	for _, prefix := range []string{"simulator", "internal", "faults", "e2e"} {
		if dir == prefix || strings.HasPrefix(dir, prefix+"/") {
			return true
		}
	}
	return false
}

// source is one package without its tests.
type source struct {
	lines   int
	methods map[string]int // by type
	vague   []string       // comments, with their places
}

var vague = regexp.MustCompile(`(?i)\b(whoever|whatever|nobody)\b`)

// read parses the module.
func read(t *testing.T) map[string]*source {
	t.Helper()
	root := os.DirFS("../..")
	packages := map[string]*source{}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		p := packages[path.Dir(name)]
		if p == nil {
			p = &source{methods: map[string]int{}}
			packages[path.Dir(name)] = p
		}
		return p.add(name, text)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < 20 {
		t.Fatalf("only %v", slices.Sorted(maps.Keys(packages)))
	}
	return packages
}

func (p *source) add(name string, text []byte) error {
	p.lines += strings.Count(string(text), "\n")
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err //nolint:wrapcheck // it names the file
	}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv != nil {
			p.methods[receiver(f.Recv.List[0].Type)]++
		}
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if vague.MatchString(c.Text) {
				p.vague = append(p.vague, files.Position(c.Pos()).String())
			}
		}
	}
	return nil
}

// receiver is the name of a method's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func TestHouse_packagesAndTypes_staySmall(t *testing.T) {
	for dir, p := range read(t) {
		if free(dir) {
			continue
		}
		most := mostLines
		if dir == "cmd/pingyi" {
			most = mostCommands
		}
		if p.lines > max(most, yet[dir].lines) {
			t.Errorf("%s: %d lines, at most %d", dir, p.lines, most)
		}
		for name, n := range p.methods {
			if n > max(mostMethods, yet[dir].methods) {
				t.Errorf("%s.%s: %d methods, at most %d", dir, name, n, mostMethods)
			}
		}
	}
}

func TestHouse_comments_nameTheirSubject(t *testing.T) {
	var all []string
	for _, p := range read(t) {
		all = append(all, p.vague...)
	}
	if len(all) > max(mostVague, yet["comments"].lines) {
		slices.Sort(all)
		t.Errorf("%d comments speak of whoever, whatever or nobody, at most %d:\n%s", len(all), mostVague, strings.Join(all, "\n"))
	}
}

// yet is what is larger than it should be. It only shrinks.
var yet = map[string]struct{ lines, methods int }{
	"store":      {lines: 9_500, methods: 190},
	"cmd/pingyi": {lines: 7_300, methods: 90},
	"comments":   {lines: 80},
}
