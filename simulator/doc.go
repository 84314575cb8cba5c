// Package simulator plays the platform towards a pingyi server of the demo: it
// makes pushes as the platform makes them, judges the answers as the platform
// would, shows a phone in the browser, and drives load that is then compared
// with the published scores. It shares no code with bot/wechat, so that a
// mistake in the one does not hide the same mistake in the other.
//
// It may import models, the standard library, the SDK's crypto helpers
// (wechat/v2/util) and a QR encoder; it knows no Gin, GORM or Redis.
package simulator
