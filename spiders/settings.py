"""Scrapy's settings: its defaults are for other houses (reliability), so what matters is said here.

`scrapy list` and `scrapy crawl ID` read this module through scrapy.cfg; `caibian crawl` reads it too.
"""

from __future__ import annotations

BOT_NAME = "caibian"
SPIDER_LOADER_CLASS = "spiders.loader.SourceLoader"
SPIDER_MODULES = ["spiders.collect"]

# Politeness: two at a time at a host, a delay that is never zero, no guessing (AutoThrottle lowers it).
CONCURRENT_REQUESTS = 128
CONCURRENT_REQUESTS_PER_DOMAIN = 2
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0.0
AUTOTHROTTLE_ENABLED = False
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "caibian"
USER_AGENT = "caibian/0.1"
REFERRER_POLICY = "no-referrer"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.3",
}

# Caps: one bad site costs at most this.
DOWNLOAD_MAXSIZE = 8 << 20
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = 30
RETRY_TIMES = 2
# A time-out is not asked again at once: thirty seconds each would hold the host's two places.
RETRY_EXCEPTIONS = [
    "scrapy.exceptions.CannotResolveHostError",
    "scrapy.exceptions.DownloadConnectionRefusedError",
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.ResponseDataLossError",
    "twisted.internet.error.ConnectError",
    "twisted.internet.error.ConnectionDone",
    "twisted.internet.error.ConnectionLost",
]
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"
REDIRECT_MAX_TIMES = 5
METAREFRESH_ENABLED = False
DEPTH_LIMIT = 0
COOKIES_ENABLED = False
MEMUSAGE_ENABLED = True
MEMUSAGE_WARNING_MB = 700
MEMUSAGE_LIMIT_MB = 1000
MEMUSAGE_CHECK_INTERVAL_SECONDS = 10.0

# Nothing but http and https, verified, dialled by our own resolver, with no console and no proxy.
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_HANDLERS = {
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
    "http": "spiders.handler.CarefulHandler",
    "https": "spiders.handler.CarefulHandler",
}
HTTPPROXY_ENABLED = False
TWISTED_DNS_RESOLVER = "spiders.guard.GuardedResolver"
REACTOR_THREADPOOL_MAXSIZE = 20
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# All of Scrapy's own that a run uses. Both bases are said anew, since what is switched off is imported to be
# switched off: cookies bring an HTTP client with them, the remote control a web server. That was a tenth of a
# quiet night.
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
}
DOWNLOADER_MIDDLEWARES = {
    # Above the retries (550), so that a refusal is named before it is tried again.
    "spiders.guard.GuardMiddleware": 560,
    "spiders.robots.RobotsMiddleware": 570,
    # Nearest the downloader: what it sees is what goes over the wire.
    "spiders.slots.SlotsMiddleware": 1000,
}
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
}
EXTENSIONS = {"spiders.night.Night": 100}

LOG_LEVEL = "INFO"
LOGSTATS_INTERVAL = 0.0
STATS_DUMP = False
