package wechat

import "pingyi/bot"

// Face shows messages as WeChat can: with links to tap.
type Face struct{}

// Platform says what the engine may know of WeChat.
func (Face) Platform() bot.Platform { return bot.Platform{Taps: true} }

// Render turns a message into the text that WeChat shows.
func (Face) Render(m bot.Message) string { return Render(m) }
