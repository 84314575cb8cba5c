package config

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"os"
	"reflect"
	"strings"
)

// demoFile holds what the demo made for itself, in the form of an environment
// file.
const demoFile = "demo.env"

const demoHead = `# Made by pingyi for the demo. The secret and the accounts are known to nobody
# else; without this file what the demo has sealed cannot be opened again.
`

// Complete adds what a demo lacks of a secret and of the accounts. They are
// made once, kept in dir (made if need be) in a file that only its owner
// reads, and are the same for every command and every server on dir, also for
// servers that start at once. An account is made whole or not at all: where
// one of its options is set, the account is taken as it is. random is
// crypto/rand.Reader outside tests. In production Complete does nothing.
func (o *Options) Complete(dir string, random io.Reader) error {
	wechat, weibo := !o.WeChat.begun(true), !o.Weibo.begun(true)
	if !o.Demo() || o.Secret != "" && !wechat && !weibo {
		return nil
	}
	kept, err := keptDemo(dir, random)
	if err != nil {
		return fmt.Errorf("the demo's secret and accounts in %s: %w", dir, err)
	}
	if o.Secret == "" {
		o.Secret = kept.Secret
	}
	if wechat {
		made := kept.WeChat
		made.Made, made.API, made.AESKeyPrevious = true, o.WeChat.API, o.WeChat.AESKeyPrevious
		made.TokenPrevious = o.WeChat.TokenPrevious
		if o.WeChat.AppSecret != "" {
			made.AppSecret = o.WeChat.AppSecret
		}
		o.WeChat = made
	}
	if weibo {
		made := kept.Weibo
		made.Made, made.API, made.Name, made.ServiceWindow = true, o.Weibo.API, o.Weibo.Name, o.Weibo.ServiceWindow
		made.AppSecretPrevious, made.Path, made.OneBody = o.Weibo.AppSecretPrevious, o.Weibo.Path, o.Weibo.OneBody
		o.Weibo = made
	}
	return nil
}

// keptDemo reads demoFile, which it makes where there is none.
func keptDemo(dir string, random io.Reader) (kept Options, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return kept, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return kept, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	content, err := root.ReadFile(demoFile)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeDemo(root, random); err != nil {
			return kept, err
		}
		content, err = root.ReadFile(demoFile)
	}
	if err != nil {
		return kept, err
	}
	return parseDemo(content)
}

// parseDemo reads demoFile's content. Its errors name options, never values.
func parseDemo(content []byte) (Options, error) {
	values := map[string]string{}
	for line := range strings.Lines(string(content)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			values[name] = value
		}
	}
	var kept Options
	var faults Faults
	options := fields("", reflect.ValueOf(&kept).Elem())
	getenv := func(name string) (string, bool) { v, ok := values[name]; return v, ok }
	faults.environment(options, getenv, func(string) ([]byte, error) { return nil, fs.ErrNotExist })
	faults.values(options, variable)
	for _, o := range options {
		switch o.path {
		case "secret", "wechat.app_id", "wechat.app_secret", "wechat.token", "wechat.aes_key", "wechat.original_id",
			"weibo.app_key", "weibo.app_secret", "weibo.uid":
			if o.text() == "" {
				faults.add(o.variable(), "is missing in %s; restore the file, or start the demo afresh in an empty folder", demoFile)
			}
		}
	}
	if len(faults) > 0 {
		return kept, faults
	}
	return kept, nil
}

// makeDemo writes demoFile whole or not at all, and leaves one that another
// process made meanwhile as it is: the link fails where the name is taken.
func makeDemo(root *os.Root, random io.Reader) (err error) {
	made, err := newDemo(random)
	if err != nil {
		return err
	}
	var content bytes.Buffer
	content.WriteString(demoHead)
	for _, o := range fields("", reflect.ValueOf(made).Elem()) {
		if value := o.text(); value != "" {
			fmt.Fprintf(&content, "%s=%s\n", o.variable(), value)
		}
	}
	suffix, err := randomBytes(random, 8)
	if err != nil {
		return err
	}
	temporary := demoFile + "." + hex.EncodeToString(suffix)
	defer func() {
		if rm := root.Remove(temporary); rm != nil && !errors.Is(rm, fs.ErrNotExist) {
			err = errors.Join(err, rm)
		}
	}()
	if err := writeSynced(root, temporary, content.Bytes()); err != nil {
		return err
	}
	if err := root.Link(temporary, demoFile); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(root)
}

func writeSynced(root *os.Root, name string, content []byte) (err error) {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.Write(content); err != nil {
		return err
	}
	return file.Sync()
}

// syncDir makes the new name last.
func syncDir(root *os.Root) (err error) {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	return dir.Sync()
}

// newDemo makes a secret and accounts that look as the platforms' do. The
// Weibo account gets no access token, so that no demo calls the platform.
func newDemo(random io.Reader) (*Options, error) {
	r, err := randomBytes(random, 32+8+16+16+32+6+16+8+8)
	if err != nil {
		return nil, err
	}
	take := func(n int) []byte {
		part := r[:n]
		r = r[n:]
		return part
	}
	return &Options{
		Secret: Secret(hex.EncodeToString(take(32))),
		WeChat: WeChat{
			AppID:      "wx" + hex.EncodeToString(take(8)),
			AppSecret:  Secret(hex.EncodeToString(take(16))),
			Token:      Secret(hex.EncodeToString(take(16))),
			AESKey:     Secret(base64.RawStdEncoding.EncodeToString(take(32))),
			OriginalID: "gh_" + hex.EncodeToString(take(6)),
		},
		Weibo: Weibo{
			AppSecret: Secret(hex.EncodeToString(take(16))),
			AppKey:    tenDigits(take(8)),
			UID:       tenDigits(take(8)),
		},
	}, nil
}

// tenDigits makes a number of ten digits that does not begin with 0.
func tenDigits(random []byte) string {
	n := new(big.Int).SetBytes(random)
	n.Mod(n, big.NewInt(9_000_000_000))
	return n.Add(n, big.NewInt(1_000_000_000)).String()
}

func randomBytes(random io.Reader, n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return b, nil
}
