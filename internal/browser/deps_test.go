package browser

import (
	_ "github.com/chromedp/chromedp"
	_ "github.com/kyokomi/emoji/v2"
)
