package config

import (
	"embed"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"pingyi/scoring"
)

// shipped holds the profiles and the sample register of the program.
//
//go:embed profiles/*.yaml sample/units.csv
var shipped embed.FS

const profileFolder, profileEnd = "profiles", ".yaml"

// Profiles lists the shipped profiles by name.
func Profiles() []string {
	entries, err := shipped.ReadDir(profileFolder)
	if err != nil {
		panic(err) // the folder is embedded: the program could not have been built
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), profileEnd)
	}
	return names
}

// LoadProfile reads a shipped profile by its name, or an operator's own by the
// path of its file, which ends in .yaml.
func LoadProfile(name string) (scoring.Programme, error) {
	var text []byte
	var err error
	switch {
	case slices.Contains(Profiles(), name):
		text, err = shipped.ReadFile(path.Join(profileFolder, name+profileEnd))
	case strings.HasSuffix(name, profileEnd):
		text, err = os.ReadFile(name) //nolint:gosec // the operator names the file
	default:
		return scoring.Programme{}, Faults{{"profile", fmt.Sprintf("%q is none of the shipped ones (%s) and no path of a %s file",
			name, strings.Join(Profiles(), ", "), profileEnd)}}
	}
	if err != nil {
		return scoring.Programme{}, fmt.Errorf("read the profile: %w", err)
	}
	p, err := ParseProfile(text)
	if err != nil {
		return scoring.Programme{}, fmt.Errorf("profile %s:\n%w", name, err)
	}
	return p, nil
}

// ProfileText is a shipped profile as its file has it, for a city's own copy.
func ProfileText(name string) ([]byte, error) {
	if !slices.Contains(Profiles(), name) {
		return nil, Faults{{"profile", fmt.Sprintf("%q is none of the shipped ones (%s)", name, strings.Join(Profiles(), ", "))}}
	}
	text, err := shipped.ReadFile(path.Join(profileFolder, name+profileEnd))
	if err != nil {
		return nil, fmt.Errorf("read the profile: %w", err)
	}
	return text, nil
}

// SampleUnits is the sample register: 84 units in three classes and four
// windows, as the CSV that units are imported from.
func SampleUnits() []byte {
	text, err := shipped.ReadFile("sample/units.csv")
	if err != nil {
		panic(err) // embedded, as above
	}
	return text
}
