package store

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// quietLogger hands gorm's failures to slog without parameters: they are
// evidence, hashes and sealed texts.
type quietLogger struct{ log *slog.Logger }

// LogMode changes nothing; slog decides the level.
func (l quietLogger) LogMode(logger.LogLevel) logger.Interface { return l }

// Info, Warn and Error drop what gorm says outside of statements: its texts
// may carry values.
func (l quietLogger) Info(context.Context, string, ...any) {}

// Warn is dropped like Info.
func (l quietLogger) Warn(context.Context, string, ...any) {}

// Error is dropped like Info; the error itself is returned to the caller.
func (l quietLogger) Error(context.Context, string, ...any) {}

// ParamsFilter keeps the placeholders of a statement in place of its values.
func (l quietLogger) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

// Trace records failed statements, at debug level, by template.
func (l quietLogger) Trace(ctx context.Context, begin time.Time, fc func() (string, int64), err error) {
	if err == nil || errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, gorm.ErrDuplicatedKey) ||
		!l.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	sql, _ := fc()
	l.log.DebugContext(ctx, "statement failed", "sql", sql, "took", time.Since(begin), "error", safe(err).Error())
}
