package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
)

// Modes of the database's folder, where it is made, and of its files. SQLite gives
// -wal and -shm the mode of the database's file.
const (
	privateDir  = 0o700
	privateFile = 0o600
)

// makePrivate makes an empty database that only its owner reads, unless there is one;
// SQLite would leave the mode to the umask. The file gets its name after it was
// closed: closing it later would end the locks that this process has on it.
func makePrivate(path string) (err error) {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), privateDir); err != nil {
		return fmt.Errorf("make the folder of the database: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // 0600
	if err != nil {
		return fmt.Errorf("make the database: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	if err := f.Close(); err != nil {
		return fmt.Errorf("make the database: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the database: %w", err)
	}
	return nil
}

// tighten takes from everybody but the owner what an older release, or a umask, let
// them read. What cannot be tightened is in the log.
func tighten(ctx context.Context, log *slog.Logger, path string) {
	for _, suffix := range []string{"", "-wal", "-shm", ".migrating", ".migrating-wal", ".migrating-shm"} {
		name := path + suffix
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm()&^privateFile == 0 {
			continue
		}
		if err := os.Chmod(name, privateFile); err != nil {
			log.WarnContext(ctx, "others can read a file of the database; chmod 600 it", "file", name, "mode", info.Mode().Perm().String())
			continue
		}
		log.InfoContext(ctx, "a file of the database is now its owner's alone", "file", name, "mode_before", info.Mode().Perm().String())
	}
}
