package simulator

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// Addresses that name things and are never loaded.
var namespaces = strings.NewReplacer("http://www.w3.org/2000/svg", "")

var (
	inlineHandler = regexp.MustCompile(`(?i)\son[a-z]+\s*=`)
	inlineStyle   = regexp.MustCompile(`(?i)\sstyle\s*=|<style|<base|<iframe|<object`)
	scriptTag     = regexp.MustCompile(`(?is)<script([^>]*)>(.*?)</script>`)
	outside       = regexp.MustCompile(`(?i)(?:https?:)?//[a-z0-9-]+\.[a-z]|\burl\(|@import`)
	writesMarkup  = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|\.srcdoc|\.style\b`)
)

func eachStatic(t *testing.T, check func(name, text string)) {
	t.Helper()
	err := fs.WalkDir(static, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".jpg") {
			return err
		}
		text, err := fs.ReadFile(static, name)
		if err == nil {
			check(name, namespaces.Replace(string(text)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStatic_files_loadNothingFromOutside(t *testing.T) {
	seen := 0
	eachStatic(t, func(name, text string) {
		seen++
		if m := outside.FindString(text); m != "" {
			t.Errorf("%s has the address %q", name, m)
		}
	})
	if seen < 5 {
		t.Errorf("only %d files", seen)
	}
}

func TestStatic_pages_haveNoInlineScriptOrStyle(t *testing.T) {
	eachStatic(t, func(name, text string) {
		if strings.HasSuffix(name, ".js") || strings.HasSuffix(name, ".css") {
			return
		}
		if m := inlineHandler.FindString(text) + inlineStyle.FindString(text); m != "" {
			t.Errorf("%s has %q", name, m)
		}
		for _, m := range scriptTag.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(m[1], `src="/simulator/static/`) || strings.TrimSpace(m[2]) != "" {
				t.Errorf("%s has the script %q", name, m[0])
			}
		}
	})
}

func TestStatic_scripts_neverMakeMarkupOfText(t *testing.T) {
	eachStatic(t, func(name, text string) {
		if m := writesMarkup.FindString(text); strings.HasSuffix(name, ".js") && m != "" {
			t.Errorf("%s uses %s", name, m)
		}
	})
}

func TestStatic_page_isChineseAndNamesItsControls(t *testing.T) {
	text, err := fs.ReadFile(static, "static/simulator.html")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, want := range []string{`<html lang="zh-CN">`, `name="viewport"`, "点一个二维码，就像在窗口扫码", `<label class="unseen" for="words">`, `aria-label="添加一位市民"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`\sid="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("two elements are %s", m[1])
		}
		ids[m[1]] = true
	}
	eachStatic(t, func(name, text string) {
		for _, m := range regexp.MustCompile(`byId\("([^"]+)"\)`).FindAllStringSubmatch(text, -1) {
			if !ids[m[1]] {
				t.Errorf("%s asks for %s, which the page does not have", name, m[1])
			}
		}
	})
}
