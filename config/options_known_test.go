package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestLoad_secretThatEverybodyHas_isRefusedInProductionAlone(t *testing.T) {
	zeros, ones := strings.Repeat("A", 43), strings.Repeat("a", 40)
	weibo := map[string]string{"PINGYI_WEIBO_UID": "1902538057", "PINGYI_WEIBO_APP_SECRET": "hunter", "PINGYI_WEIBO_PATH": testPath}
	for name, values := range map[string][]string{
		"PINGYI_SECRET":                    {ones},
		"PINGYI_WECHAT_APP_SECRET":         {ones, published()[0]},
		"PINGYI_WECHAT_TOKEN":              {"AAAAA", "t", "TheTokenOfYourChoice"},
		"PINGYI_WECHAT_TOKEN_PREVIOUS":     {"AAAAA", "TheTokenOfYourChoice"},
		"PINGYI_WECHAT_AES_KEY":            {zeros, zeros[1:] + "B", strings.Repeat("q", 43), "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"},
		"PINGYI_WECHAT_AES_KEY_PREVIOUS":   {zeros, "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"},
		"PINGYI_WEIBO_APP_SECRET":          {"xxx", published()[0]},
		"PINGYI_WEIBO_APP_SECRET_PREVIOUS": {"xxx"},
		"PINGYI_WEIBO_PATH":                {strings.Repeat("-", 22)},
		"PINGYI_WEIBO_ACCESS_TOKEN":        {"0"},
	} {
		for _, value := range values {
			vars := production(weibo)
			vars[name] = value
			if got := faulty(t, vars, nil); !slices.Equal(got, []string{name}) {
				t.Errorf("%s of %.6s...: the faults are of %v", name, value, got)
			}
			vars["PINGYI_ENV"] = Demo
			mustLoad(t, vars, nil)
		}
	}
	// It only unwraps; who has such a secret must be able to leave it.
	mustLoad(t, production(map[string]string{"PINGYI_SECRET_PREVIOUS": ones}), nil)
	accounts := strings.Replace(yamlAccounts, "token: hunter9", "token: TheTokenOfYourChoice", 1)
	if got := faulty(t, yamlVars(production(nil)), map[string]string{"/c.yaml": accounts}); !slices.Equal(got, []string{"accounts[county].token"}) {
		t.Errorf("a further account: %v", got)
	}
}

// Whoever follows a page to the letter must not end up with a secret that the page
// has told to everybody.
func TestPages_haveNoSecretThatProductionTakes(t *testing.T) {
	shapes := []*regexp.Regexp{
		regexp.MustCompile(`(?m)^#?\s*PINGYI_(?:\w+_)?(?:SECRET|TOKEN|AES_KEY|PATH)(?:_PREVIOUS)?=(\S+)`),
		regexp.MustCompile(`(?m)(?:echo|printf '%s') '?([^'\n]+?)'? >\S*(?:secret|token|aes_key|path)\b`),
		regexp.MustCompile(`\b(?:app_secret|token|aes_key|path): ([^\s$}]+)`),
		regexp.MustCompile("(?:^|[\\s'\"`=])([A-Za-z0-9+]{43})(?:$|[\\s'\"`])"),
	}
	known := append(published(), "...")
	var pages []string
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." && d.Name() != ".github" {
			return filepath.SkipDir
		}
		if name := filepath.Base(path); strings.HasSuffix(name, ".md") || strings.HasSuffix(name, ".example") || name == "compose.yaml" || name == "Dockerfile" {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, shape := range shapes {
			for _, m := range shape.FindAllStringSubmatch(string(text), -1) {
				if value := m[1]; !slices.Contains(known, value) && !repeats(value) {
					t.Errorf("%s shows the secret %q, which production takes", page, value)
				}
			}
		}
	}
}
