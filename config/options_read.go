package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// configFile is the variable that names the YAML file; it alone has no place
// in the file.
const configFile = "PINGYI_CONFIG"

// Fault is one thing that is wrong with the options.
type Fault struct {
	Option  string // PINGYI_WECHAT_TOKEN, accounts[annex].token
	Problem string // what is wrong and what is expected; never a secret
}

// Faults is every fault of the options, in the order they were found.
type Faults []Fault

// Error lists the faults, one a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Option + ": " + fault.Problem
	}
	return strings.Join(lines, "\n")
}

// WithoutMissing is f without the fault that the option, which production requires,
// is not set.
func (f Faults) WithoutMissing(option string) Faults {
	return slices.DeleteFunc(slices.Clone(f), func(fault Fault) bool { return fault.Option == option && strings.HasPrefix(fault.Problem, missing) })
}

// missing is how the problem of an option begins that is not set.
const missing = "is missing, and production requires it"

func (f *Faults) add(option, format string, args ...any) {
	*f = append(*f, Fault{option, fmt.Sprintf(format, args...)})
}

// Variables lists every variable that Load reads.
func Variables() []string {
	names := []string{configFile}
	for _, f := range fields("", reflect.ValueOf(&Options{}).Elem()) {
		names = append(names, f.variable())
		if f.secret() {
			names = append(names, f.variable()+"_FILE")
		}
	}
	return names
}

// Unknown lists the PINGYI_* variables of environ (os.Environ's form) that
// nothing reads, so that a misspelt one is seen. Those of the tests are left
// out.
func Unknown(environ []string) []string {
	known := Variables()
	var unknown []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "PINGYI_") && !strings.HasPrefix(name, "PINGYI_TEST_") && !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return slices.Compact(unknown)
}

// environment sets the options whose variables are set.
func (f *Faults) environment(options []field, getenv func(string) (string, bool), readFile func(string) ([]byte, error)) {
	for _, o := range options {
		name := o.variable()
		value, set := getenv(name)
		if o.secret() {
			if path, _ := getenv(name + "_FILE"); path != "" {
				if value != "" {
					f.add(name, "is set, and so is %s_FILE; expected only one of them", name)
					o.set(value) // it is not missing as well
					continue
				}
				value = f.secretFile(name+"_FILE", path, readFile)
			}
		}
		switch {
		case o.list() && value != "":
			o.set(split(value)...)
		case value != "", set && o.path == "metrics_addr":
			o.set(value)
		}
	}
}

// secretFile reads a secret without the one newline that editors leave at the
// end of a file.
func (f *Faults) secretFile(option, path string, readFile func(string) ([]byte, error)) string {
	content, err := readFile(path)
	if err != nil {
		f.add(option, "the file %s cannot be read: %s", path, reason(err))
		return ""
	}
	content = bytes.TrimSuffix(content, []byte("\n"))
	content = bytes.TrimSuffix(content, []byte("\r"))
	if len(content) == 0 {
		f.add(option, "the file %s is empty; expected the secret", path)
	}
	return string(content)
}

// reason is an error of the file system without the path.
func reason(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}

func split(list string) []string {
	var values []string
	for v := range strings.SplitSeq(list, ",") {
		if v = strings.TrimSpace(v); v != "" {
			values = append(values, v)
		}
	}
	return values
}

// file sets the options that the YAML file gives.
func (f *Faults) file(o *Options, name string, readFile func(string) ([]byte, error)) {
	content, err := readFile(name)
	if err != nil {
		f.add(configFile, "the file %s cannot be read: %s", name, reason(err))
		return
	}
	document := map[string]any{}
	switch err := decodeYAML(content, &document); {
	case errors.Is(err, errDocuments):
		f.add(configFile, "the file %s %s", name, err)
	case err != nil:
		f.add(configFile, "the file %s is not valid YAML%s; expected one mapping of options, each once", name, line(err))
		return
	}
	source := yamlSource{name: name, readFile: readFile, faults: f}
	accounts, ok := document["accounts"]
	delete(document, "accounts")
	source.apply("", fields("", reflect.ValueOf(o).Elem()), document)
	if ok {
		o.Accounts = source.accounts(accounts)
	}
}

// line says where the YAML is wrong. The parser's own text is left out: it
// quotes the file, secrets and all.
func line(err error) string {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil || at.GetToken().Position == nil {
		return ""
	}
	return fmt.Sprintf(" (line %d)", at.GetToken().Position.Line)
}

// yamlSource applies one YAML file.
type yamlSource struct {
	name     string
	readFile func(string) ([]byte, error)
	faults   *Faults
}

func (s yamlSource) accounts(value any) []Account {
	items, ok := value.([]any)
	if !ok {
		s.fault("accounts", "is no list; expected a list of accounts, each with name, platform and the account's options")
		return nil
	}
	accounts := make([]Account, len(items))
	for i, item := range items {
		at := fmt.Sprintf("accounts[%d]", i)
		values, ok := item.(map[string]any)
		if !ok {
			s.fault(at, "is no mapping; expected name, platform and the account's options")
			continue
		}
		s.apply(at+".", fields("", reflect.ValueOf(&accounts[i]).Elem()), values)
	}
	return accounts
}

func (s yamlSource) fault(option, format string, args ...any) {
	s.faults.add(option, "%s (in %s)", fmt.Sprintf(format, args...), s.name)
}

// apply sets the options that values holds; at is what their names begin with
// in a fault.
func (s yamlSource) apply(at string, options []field, values map[string]any) {
	byPath := map[string]field{}
	for _, o := range options {
		byPath[o.path] = o
	}
	values = flatten("", values)
	for _, path := range slices.Sorted(maps.Keys(values)) {
		value := values[path]
		o, known := byPath[path]
		base, isFile := strings.CutSuffix(path, "_file")
		if secret, ok := byPath[base]; !known && isFile && ok && secret.secret() {
			s.secretFile(at, path, base, values, secret)
			continue
		}
		if !known {
			s.fault(at+path, "is not an option; see pingyi.env.example for those there are")
			continue
		}
		s.set(at+path, o, value)
	}
}

func (s yamlSource) secretFile(at, path, base string, values map[string]any, o field) {
	name, ok := values[path].(string)
	switch {
	case !ok || name == "":
		s.fault(at+path, "is no path; expected the name of a file in quotes")
	case values[base] != nil:
		s.fault(at+base, "is set, and so is %s; expected only one of them", path)
	default:
		o.set(s.faults.secretFile(at+path, name, s.readFile))
	}
}

func (s yamlSource) set(option string, o field, value any) {
	switch v := value.(type) {
	case nil:
	case string:
		switch {
		case o.list():
			o.set(split(v)...)
		case v != "" || o.path == "metrics_addr":
			o.set(v)
		}
	case []any:
		texts := make([]string, 0, len(v))
		for _, item := range v {
			if text, ok := item.(string); ok {
				texts = append(texts, text)
			}
		}
		if !o.list() || len(texts) != len(v) {
			s.fault(option, "is a list; expected %s", kind(o))
			return
		}
		o.set(texts...)
	default:
		// A number would lose its leading zeros, so it is not guessed at.
		s.fault(option, "is no text; expected %s", kind(o))
	}
}

func kind(o field) string {
	if o.list() {
		return "a list of texts"
	}
	return "a text in quotes"
}

// flatten turns nested mappings into paths: {wechat: {token: t}} becomes
// {wechat.token: t}.
func flatten(prefix string, values map[string]any) map[string]any {
	flat := map[string]any{}
	for key, value := range values {
		if inner, ok := value.(map[string]any); ok {
			maps.Copy(flat, flatten(prefix+key+".", inner))
			continue
		}
		flat[prefix+key] = value
	}
	return flat
}
