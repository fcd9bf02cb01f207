"""What credentials look like: tokens that their format gives away, and values that only their name does.

The formats are from the providers' own documentation. A token is looked for where a long word begins, a
named value where its name stands, so that a text is read a fixed number of times however long it is.
"""

import re
from functools import cache
from typing import Final

from msgspec import Struct


@cache
def compiled(source: str) -> re.Pattern[str]:
    """Return a pattern, compiled for the first text that needs it: most need none, and two hundred take 20 ms."""
    return re.compile(source)


class TokenKind(Struct, frozen=True):
    """A credential that its format gives away."""

    name: str
    pattern: str
    """Matched where the token begins; its group, where it has one, is the secret."""
    starts: tuple[str, ...] = ()
    """How such a token begins, one of these."""
    inner: str = ""
    """What stands within it, where it has no beginning of its own."""
    before: tuple[int, ...] = ()
    """How many characters of the token may stand before `inner`."""


class NamedKind(Struct, frozen=True):
    """A value that is a credential because of what stands before it, if it looks random."""

    name: str
    marks: tuple[str, ...]
    """How it begins, in small letters."""
    pattern: str
    """Matched where one of the marks ends; its group is the secret."""
    behind: tuple[str, ...] = ()
    """What must stand before the mark, one of these, in small letters; a hyphen or the like may stand between."""
    alone: bool = False
    """Whether no letter may stand before the mark."""
    sure: bool = False
    """Whether nothing else is ever written like this, so that also a plain word is taken for the secret."""
    told: bool = False
    """Whether `ASSIGNED` matches wherever the pattern does."""
    identifier: bool = False
    """Whether the mark is part of an identifier that can say that its value is nobody's secret."""


def _token(name: str, starts: str, pattern: str) -> TokenKind:
    return TokenKind(name, pattern, tuple(starts.split()))


def _token_around(name: str, inner: str, before: tuple[int, ...], pattern: str) -> TokenKind:
    return TokenKind(name, rf"(?<![A-Za-z0-9_])(?:{pattern})", inner=inner, before=before)


W = r"[\w-]"
A = r"[A-Za-z0-9]"
H = r"[0-9a-f]"
_END = r"(?![A-Za-z0-9])"

TOKENS: Final[tuple[TokenKind, ...]] = (
    # models
    _token("an Anthropic key", "sk-ant-", rf"sk-ant-{W}{{20,}}"),
    _token("an OpenRouter key", "sk-or-", rf"sk-or-{W}{{20,}}"),
    _token("a Langfuse key", "sk-lf-", rf"sk-lf-{W}{{20,}}"),
    _token("an OpenAI key", "sk-", rf"sk-(?:proj|svcacct|admin|service|None)-{W}{{20,}}|sk-{A}{{20,}}"),
    _token("an ElevenLabs key", "sk_", rf"sk_{H}{{40,}}"),
    _token("a Google key", "AIza", rf"AIza{W}{{35}}{_END}"),
    _token("a Google key", "AQ.Ab", rf"AQ\.Ab{W}{{30,}}"),
    _token("a Google OAuth token", "ya29. GOCSPX- 1//0", rf"1//0{W}{{40,}}|ya29\.{W}{{20,}}|GOCSPX-{W}{{28}}"),
    _token("a Hugging Face token", "hf_ api_org_", rf"(?:hf|api_org)_{A}{{30,}}"),
    _token("a Groq key", "gsk_", rf"gsk_{A}{{40,}}"),
    _token("an xAI key", "xai-", rf"xai-{A}{{40,}}"),
    _token("a Perplexity key", "pplx-", rf"pplx-{A}{{40,}}"),
    _token("a Replicate token", "r8_", rf"r8_{A}{{37}}{_END}"),
    _token("an NVIDIA key", "nvapi-", rf"nvapi-{W}{{40,}}"),
    _token("a Cerebras key", "csk-", r"csk-[a-z0-9]{40,}"),
    _token("a Together key", "tgp_v1_", rf"tgp_v1_{W}{{30,}}"),
    _token("a Fireworks key", "fw_", rf"fw_{A}{{22,}}"),
    _token("a LangSmith key", "lsv2_", rf"lsv2_(?:pt|sk)_{H}{{32}}_{H}{{10}}"),
    _token("a Pinecone key", "pcsk_", rf"pcsk_{A}{{5,8}}_{A}{{40,}}"),
    _token("a Voyage key", "pa-", rf"pa-(?=[\w-]*\d)(?=[\w-]*[A-Z]){W}{{43}}{_END}"),
    _token("a Jina key", "jina_", rf"jina_{A}{{40,}}"),
    _token("a Firecrawl key", "fc-", rf"fc-{H}{{32}}{_END}"),
    _token("a Tavily key", "tvly-", rf"tvly-{W}{{24,}}"),
    _token("an E2B key", "e2b_ sk_e2b_", rf"(?:sk_)?e2b_{H}{{40,}}"),
    _token("an Exa, Modal or Anyscale key", "esecret_ ak- as-", rf"esecret_{A}{{20,}}|a[ks]-{A}{{22}}{_END}"),
    _token("an Amazon Bedrock key", "ABSK", r"ABSK[A-Za-z0-9+/]{80,}={0,2}"),
    _token_around("an Azure AI key", "JQQJ99", (52,), rf"{A}{{52}}JQQJ99{A}{{10,}}AAA{A}{{4,}}"),
    # clouds
    _token("an AWS key", "AKIA ASIA ABIA ACCA", rf"A(?:KIA|SIA|BIA|CCA)[0-9A-Z]{{16}}{_END}"),
    _token("an AWS session token", "IQoJb3JpZ2lu FwoGZXIvYXdz", r"(?:IQoJb3JpZ2lu|FwoGZXIvYXdz)[\w+/=%-]{60,}"),
    _token_around("an Azure client secret", "Q~", (4,), r"[\w.~-]{3}\dQ~[\w.~-]{31,36}"),
    _token_around("an Azure DevOps token", "AZDO", (76,), rf"{A}{{76}}AZDO{A}{{4}}{_END}"),
    _token("a DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", rf"do[opr]_v1_{H}{{60,}}"),
    _token("an Alibaba Cloud key", "LTAI", rf"LTAI{A}{{12,24}}{_END}"),
    _token("a Tencent Cloud key", "AKID", rf"AKID(?=[A-Za-z0-9]*\d){A}{{32}}{_END}"),
    _token("a Yandex key", "AQVN t1. y0_ y0__", rf"AQVN{W}{{30,}}|t1\.{W}{{40,}}|y0__?{W}{{50,}}"),
    _token("a Heroku key", "HRKU-", rf"HRKU-{W}{{36,}}"),
    _token("a Render key", "rnd_", rf"rnd_{A}{{26,}}"),
    _token("a Fly token", "fo1_ fm1_ fm2_ fm1r_ fm1a_", r"fo1_[\w-]{40,}|fm[12][ar]?_[\w+/=-]{60,}"),
    _token("a Vercel token", "vck_ vcp_ vci_ vca_ vcr_", rf"vc[kpiar]_{A}{{24,}}"),
    _token("a Netlify token", "nfp_ nfc_ nfo_ nfb_ nfu_", rf"nf[pcobu]_{A}{{36,}}"),
    _token("a Supabase key", "sbp_ sb_secret_", rf"sbp_(?:oauth_)?{H}{{40}}|sb_secret_{W}{{20,}}"),
    _token("a PlanetScale token", "pscale_", r"pscale_(?:tkn|pw|oauth)_[\w.=-]{30,}"),
    _token("a Neon key", "napi_", r"napi_[a-z0-9]{40,}"),
    _token("a Cloudflare key", "v1.0-", rf"v1\.0-{H}{{24}}-{H}{{100,}}"),
    _token("a Cloudflare tunnel token", "eyJhIjoi", rf"eyJhIjoi{W}{{80,}}={{0,2}}"),
    _token_around("a Terraform token", ".atlasv1.", (14,), rf"{A}{{14}}\.atlasv1\.{W}{{60,}}"),
    _token("a Pulumi token", "pul-", rf"pul-{H}{{40}}"),
    _token("a Vault token", "hvs. hvb. hvr.", rf"hv[sbr]\.{W}{{24,}}"),
    _token("a Doppler token", "dp.", rf"dp\.(?:st|pt|ct|sa|scim|audit)\.(?:{W}+\.)?{A}{{40,}}"),
    _token("an Infisical token", "st.", rf"st\.{H}{{20,}}\.{H}{{20,}}\.{H}{{20,}}"),
    _token("a 1Password token", "ops_eyJ A3-", r"ops_eyJ[\w=-]{80,}|A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,6}"),
    _token("an age private key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{50,}"),
    _token("a Scalingo token", "tk-us-", rf"tk-us-{W}{{40,}}"),
    # code, packages, pipelines
    _token("a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", rf"gh[pousr]_{A}{{36,}}"),
    _token("a GitHub token", "github_pat_", r"github_pat_\w{40,}"),
    _token("a GitLab token", "glpat- gldt- glft- glsoat- glrt- glrtr- GR1348941 glcbt- glimt- glptt- glagent- gloas- glffct- glwt-",
           rf"(?:gl(?:pat|dt|ft|soat|rtr?|cbt|imt|ptt|agent|oas|ffct|wt)-|GR1348941){W}{{16,}}(?:\.{W}{{2,}}){{0,2}}"),
    _token("a Bitbucket token", "ATBB ATCTT3", rf"ATBB{A}{{28,}}|ATCTT3[\w=-]{{60,}}"),
    _token("an Atlassian token", "ATATT3", r"ATATT3[\w=-]{60,}"),
    _token("a CircleCI token", "CCIPAT_ CCIPRJ_", rf"CCIP(?:AT|RJ)_{A}{{20,}}_{H}{{40}}"),
    _token("a Buildkite token", "bkua_ bkaj_", rf"bk(?:ua|aj)_{H}{{40}}"),
    _token("a Sentry token", "sntrys_ sntryu_", r"sntrys_[\w+/=-]{60,}|sntryu_[0-9a-f]{60,}"),
    _token("a Sourcegraph token", "sgp_", rf"sgp_(?:{W}{{16}}_|local_)?{H}{{40}}"),
    _token("a SonarQube token", "sqp_ squ_ sqa_", rf"sq[pua]_{H}{{40}}"),
    _token("a Docker token", "dckr_", rf"dckr_[po]at_{W}{{24,}}"),
    _token("an npm token", "npm_", rf"npm_{A}{{36}}"),
    _token("a PyPI token", "pypi-AgE", rf"pypi-AgE{W}{{50,}}"),
    _token("a RubyGems key", "rubygems_", rf"rubygems_{H}{{48}}"),
    _token("a crates.io token", "cio", rf"cio(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Z]){A}{{32}}{_END}"),
    _token("a NuGet key", "oy2", rf"oy2[a-z0-9]{{43}}{_END}"),
    _token("a Clojars token", "CLOJARS_", rf"CLOJARS_{A}{{50,}}"),
    _token("a JFrog key", "AKC cmVmdGtu", rf"AKC(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[a-z]){A}{{60,}}|cmVmdGtu{A}{{50,}}"),
    _token("a Databricks token", "dapi", rf"dapi{H}{{32}}(?:-\d)?{_END}"),
    _token("a Postman key", "PMAK-", rf"PMAK-{H}{{24}}-{H}{{34}}"),
    _token("a Prefect key", "pnu_ pnb_", rf"pn[ub]_{A}{{36}}"),
    _token("a Readme key", "rdme_", r"rdme_[a-z0-9]{60,}"),
    _token("a Snyk token", "snyk_", rf"snyk_(?:uat|sat)\.{H}{{8}}\.[\w.-]{{40,}}"),
    _token("a Vercel blob token", "vercel_blob_rw_", rf"vercel_blob_rw_{W}{{30,}}"),
    # chat and mail
    _token("a Slack token", "xox xapp-", rf"xox[abceoprsd](?:\.xox[bp])?-[\w-]{{15,}}|xapp-\d-{W}{{20,}}"),
    _token("a Slack address", "hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]{30,}"),
    _token("a Discord address", "discord.com/api/ discordapp.com/api/", rf"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d{{17,20}}/{W}{{50,}}"),
    _token("a Discord token", "", r"[MNO][A-Za-z\d_-]{23,28}\.[\w-]{6}\.[\w-]{27,45}(?![\w-])"),
    _token("a Discord token", "mfa.", rf"mfa\.{W}{{80,}}"),
    _token("a Teams address", "webhook.office.com/", r"webhook\.office\.com/webhookb2/[\w@/-]{60,}"),
    _token_around("a Telegram bot token", ":AA", (8, 9, 10), rf"\d{{8,10}}:AA{W}{{32,33}}{_END}"),
    _token("a SendGrid key", "SG.", rf"SG\.{W}{{16,24}}\.{W}{{36,50}}"),
    _token("a Mailgun key", "key-", rf"key-{H}{{32}}{_END}"),
    _token("a Mailgun key", "", rf"{H}{{32}}-{H}{{8}}-{H}{{8}}(?![\w-])"),
    _token_around("a Mailchimp key", "-us", (32,), rf"{H}{{32}}-us\d{{1,2}}{_END}"),
    _token("a Brevo key", "xkeysib- xsmtpsib-", rf"x(?:key|smtp)sib-{H}{{64}}-{A}{{16}}"),
    _token("a Resend key", "re_", rf"re_{A}{{8}}_{A}{{20,}}{_END}"),
    _token("a Twilio key", "SK", rf"SK{H}{{32}}{_END}"),
    _token("a Meta token", "EAA", rf"EAA(?=[A-Za-z0-9]*\d){A}{{80,}}"),
    _token("a Matrix token", "syt_ mat_ mct_", rf"syt_[\w+/=-]{{2,}}_{A}{{20}}_{A}{{6}}|m[ac]t_{A}{{30,}}"),
    _token("an X token", "AAAAAAAAAAAAAAAAAAAAA", r"AAAAAAAAAAAAAAAAAAAAA[\w%]{60,}"),
    _token("a Twitch token", "oauth:", r"oauth:[a-z0-9]{30}(?![\w-])"),
    _token("an Intercom token", "dG9r", rf"dG9rO{A}{{50,}}={{0,2}}"),
    # work and money
    _token("a Stripe key", "sk_live_ rk_live_ sk_test_ rk_test_ sk_prod_", rf"[rs]k_(?:live|test|prod)_{A}{{20,}}"),
    _token("a Stripe key", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,}"),
    _token("a Square token", "sq0csp- sq0atp- EAAAE EAAAl", rf"sq0(?:csp|atp)-{W}{{22,}}|EAAA[El]{W}{{58,}}"),
    _token("a Shopify token", "shpat_ shpss_ shpca_ shppa_ shpua_", rf"shp(?:at|ss|ca|pa|ua)_{H}{{32}}"),
    _token("a Razorpay key", "rzp_live_", rf"rzp_live_{A}{{14,}}"),
    _token("a PayPal token", "access_token$", rf"access_token\$production\${A}{{16}}\${H}{{32}}"),
    _token("a Plaid token", "access-", rf"access-(?:production|development)-{H}{{8}}-[0-9a-f-]{{27}}"),
    _token("a Flutterwave key", "FLWSECK-", rf"FLWSECK-{A}{{32}}-X"),
    _token("a payment key", "live_ EZAK shippo_live_ duffel_live_ AQE",
           rf"live_{H}{{35,}}|EZAK{A}{{54}}|(?:shippo|duffel)_live_{W}{{40,}}|AQE{A}{{5,}}\.{W}{{30,}}"),
    _token("a Linear key", "lin_api_ lin_oauth_", rf"lin_(?:api|oauth)_{A}{{32,}}"),
    _token("a Notion token", "ntn_ secret_", rf"ntn_{A}{{40,}}|secret_(?=[A-Za-z0-9]*\d){A}{{43}}{_END}"),
    _token("an Airtable token", "pat", rf"pat{A}{{14}}\.{H}{{64}}"),
    _token("a HubSpot token", "pat-", rf"pat-(?:na|eu|ap)\d-{H}{{8}}-[0-9a-f-]{{27}}"),
    _token("a Figma token", "figd_ figo_ figu_ figoh_", rf"fig(?:d|o|u|oh)_{W}{{36,}}"),
    _token("a Grafana token", "glsa_ glc_", rf"glsa_{A}{{32}}_{H}{{8}}|glc_[\w+/=-]{{32,}}"),
    _token("a New Relic key", "NRAK- NRII- NRJS- NRAA-", r"NR(?:AK|II|JS|AA)-[\w-]{19,}"),
    _token("a Dynatrace token", "dt0", r"dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{60,}"),
    _token("a Honeycomb key", "hcaik_ hcalk_ hcaic_", r"hca[il][kc]_[a-z0-9]{50,}"),
    _token("a PostHog key", "phx_ phs_", rf"ph[xs]_{A}{{32,}}"),
    _token("a LaunchDarkly key", "sdk- api-", rf"(?:sdk|api)-{H}{{8}}-{H}{{4}}-4{H}{{3}}-{H}{{4}}-{H}{{12}}{_END}"),
    _token("a Dropbox token", "sl.", rf"sl\.(?:u\.)?{W}{{100,}}"),
    _token("a Mapbox token", "sk.eyJ", rf"sk\.eyJ{W}{{60,}}\.{W}{{20,}}"),
    _token("a Contentful token", "CFPAT-", rf"CFPAT-{W}{{40,}}"),
    _token("a Typeform token", "tfp_", rf"tfp_{W}{{40,}}"),
    _token("an Asana token", "", rf"[12]/\d{{13,}}(?:/\d{{13,}})?:{H}{{32}}{_END}"),
    _token("a Trello token", "ATTA", rf"ATTA{H}{{60,}}"),
    _token("a ClickUp token", "pk_", r"pk_\d{5,9}_[0-9A-Z]{32}"),
    _token("a Todoist, Canva or Attentive key", "cnvca", rf"cnvca{W}{{40,}}"),
    _token("a Tailscale key", "tskey-", rf"tskey-(?:[a-z]+-)?{A}{{10,}}-{A}{{20,}}"),
    _token("an ngrok key", "cr_", rf"cr_{A}{{43,}}"),
    _token("a signed web token", "eyJ", r"eyJ[\w-]{8,}=*\.(?:[\w-]{8,}=*)?\.?(?:[\w+/-]*=*)(?:\.[\w-]+)*"),
)  # fmt: skip
"""The first that fits counts; longer beginnings are tried before shorter ones."""

_JOINED: Final = r"(?:[_.-]?[A-Z0-9][\w.-]{0,60}+|[_.-][\w.-]{0,60}+|s)?+(?![a-z])"
"""What may follow a name in an identifier: `token2`, `tokenValue`, `token_prod`, not `tokenizer`."""
_IS: Final = r"[\"'`*_)\]]{0,4}\s{0,4}(?:=>|:=|==?|:|：|>|\s[|–—-])[*_]{0,2}\s{0,4}[\"'`*(]{0,3}"
"""What stands between a name and its value, in code, in config files, and in talk."""
ASSIGNED: Final = r"[\w.-]{0,63}+[\"'`*)\]]{0,4}\s{0,4}(?:[=:：>]|\s[|–—-])"
"""What stands at least between a name and its value, in small letters: quickly told where a name is in every line."""
_WORDS: Final = (
    "pwd",
    "psk",
    "kennwort",
    "wachtwoord",
    "heslo",
    "parola",
    "contrasena",
    "senha",
    "kata sandi",
    "parool",
)
_FOREIGN_WORDS: Final = (
    "lösenord", "hasło", "contraseña", "пароль", "密码", "密碼", "パスワード", "비밀번호", "كلمة المرور", "şifre", "jelszó",
)  # fmt: skip
_VERBS: Final = "is|ist|lautet|es|est|é|è|was|war|now|to|jest|är|="
_TOLD: Final = rf"(?:{_IS}|\s(?:for|of|to|on|von|für)\s[^\n:]{{1,40}}?(?:\sis\s|:\s)[\"'`*]{{0,2}}|[\"'*]{{0,2}}\s{{1,3}}(?:{_VERBS})?\s{{0,3}}[\"'`*(]{{0,3}}|(?:是|は|为|為|는|은)\s?)"
"""What stands between a password's name and the password, in talk as well."""
_VALUE: Final = r"([^\s\"'`,;<>]{{{least},300}})"

_KEY_OF: Final = (
    "api", "app", "access", "private", "account", "signing", "encryption", "master", "shared", "license", "auth", "service", "sas",
    "secret",
)  # fmt: skip

NAMED: Final[tuple[NamedKind, ...]] = (
    NamedKind("an AWS secret key", ("secret_access_key", "secretaccesskey"),
        r"[\"']?\s{0,9}[=:]\s{0,9}[\"']?([0-9A-Za-z/+]{40})(?![0-9A-Za-z/+=])"),
    NamedKind("an Azure storage key", ("accountkey=",), r"([A-Za-z0-9+/]{86}==)"),
    NamedKind("an Azure signature", ("sig=",), r"(?<=[?&]sig=)([\w%+/=-]{40,300})"),
    NamedKind("a token", ("authorization", "x-auth-token"),
        r"[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?!(?i:basic))(?:[A-Za-z-]{2,12}\s{1,3})?([\w.~+/=:-]{20,300})"),
    NamedKind("a password", ("authorization",),
        r"[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?i:basic)\s{1,3}([\w+/]{12,300}={0,2})"),
    NamedKind("a token", ("bearer",), r"\s{1,3}([\w.~+/=-]{20,300})"),
    NamedKind("a one-time password secret", ("otpauth://",), r"[^\s\"'&?]{0,200}\?[^\s\"']{0,100}?secret=([A-Za-z2-7]{16,200})", sure=True),
    NamedKind("a password's hash", (":$",), r"((?:[1567y]|2[abxy]|apr1|argon2i?d?|gy)\$[\w./$,=+-]{20,300})", sure=True),
    NamedKind("a key", ("secret", "token", "bearer", "credential"), _JOINED + _IS + _VALUE.format(least=16), told=True, identifier=True),
    NamedKind("a key", ("key",), _JOINED + _IS + _VALUE.format(least=16), behind=_KEY_OF, told=True, identifier=True),
    NamedKind("a password", ("pass",),
        r"(?i:w(?:ord|d|ort)?|phrase|code|e)" + _JOINED + _TOLD + _VALUE.format(least=8), identifier=True),
    NamedKind("a password", _FOREIGN_WORDS, _JOINED + _TOLD + _VALUE.format(least=8), identifier=True),
    NamedKind("a password", _WORDS, _JOINED + _TOLD + _VALUE.format(least=8), identifier=True),
    NamedKind("a password", ("identified by", "requirepass", "masterauth"), r"\s{1,3}[\"']?([^\s\"'`;]{8,300})"),
    NamedKind("a password", ("wpa_passphrase", "/user:"), r"\s{0,3}\S{1,60}\s{1,3}[\"']?([^\s\"'`;]{8,300})"),
    NamedKind("a password", ("pass", "pw"), r"(?![a-z])[\"'*]{0,3}\s{0,2}[:=]\s{0,2}[\"']?" + _VALUE.format(least=8),
        alone=True),
    NamedKind("a password in an address", ("://",), r"[^\s:/@\"'<>]{0,100}:([^\s/@\"'<>]{6,200})@"),
    NamedKind("a password", ("--",),
        r"(?:[a-z]{1,20}-){0,3}(?:password|passwd|pass|passphrase|token|secret|api-key|auth-token|authkey)[ =][\"']?"
        + _VALUE.format(least=8)),
    NamedKind("a password", ("/pass", "/rp"), r"(?:word)?:[\"']?([^\s\"'`]{8,300})"),
    NamedKind("a password", (" pass:",), r"([^\s\"'`]{8,300})"),
    NamedKind("a password", ("securestring",), r"\s[^\n\"']{0,40}[\"']([^\"'\n]{8,200})[\"']"),
    NamedKind("a password", (":5432:", ":*:"),
        r"[\w*-]{1,60}:[\w*@.-]{1,60}:(\S{8,200})(?=\s|\Z)"),
    NamedKind("a password", ('auth"',), r"\s{0,3}:\s{0,3}[\"]([\w+/-]{12,}={0,2})[\"]"),
    NamedKind("a password", ("_auth",), r"\s{0,3}=\s{0,3}[\"']?([\w+/]{12,300}={0,2})"),
)  # fmt: skip

_OPTION_VALUE: Final = r"[\"']?([^\s\"'`|;]{6,})"
COMMANDS: Final[tuple[tuple[str, str], ...]] = tuple(
    (rf"(?<![\w.-])(?:{commands})(?![\w-])", option)
    for commands, option in (
        (r"mysql\w*|mariadb[\w-]*|7za?|rar", rf"\s-p{_OPTION_VALUE}"),
        (r"redis-cli|valkey-cli", rf"\s(?:-a|--pass)[ =]{_OPTION_VALUE}"),
        (
            r"sshpass|docker|podman|helm|az|oc|mongo\w*|skopeo|buildah|nerdctl|sqlcmd|bcp|unzip|zip|mosquitto_\w+|ldap\w+|vncviewer|impacket\S*|crackmapexec|evil-winrm|influx|cqlsh|clickhouse-client|osql|isql",
            rf"\s-[pPw]\s{{0,3}}(?!-){_OPTION_VALUE}",
        ),
        (r"curl|wget", r"\s(?:-u|-U|--user|--proxy-user)[ =]?[\"']?[^\s:\"']{1,80}:([^\s\"'`]{8,})"),
        (r"https?|xh", r"\s(?:-a|--auth)[ =]?[\"']?[^\s:\"']{1,80}:([^\s\"'`]{8,})"),
        (r"lftp", r"\s-u\s{0,3}[\w.@-]{1,60},([^\s\"'`]{8,})"),
        (r"htpasswd", r"\s-\w*b\w*\s+\S{1,200}\s+\S{1,60}\s+[\"']?([^\s\"'`]{8,})"),
        (r"smb\w*|rpcclient|net|mount|wmic|winexe", r"\s-U\s{0,3}[\"']?[\w.\\/@-]{1,60}%([^\s\"'`]{6,})"),
    )
)
"""Programs, and how each is told a password on its command line."""
COMMAND_LINE: Final = re.compile(r" -(?:[pPwaUu]|\w*b|-user|-proxy-u|-auth|-pass)")
"""What the line of such a command holds."""

HARMLESS_NAME: Final = (
    r"(?i)(?:^|[^a-z])(?:public|max|min|num|pad|eos|bos|sep|unk|next|prev|page|continuation|sync|cursor|cancel\w*|csrf|xsrf"
    r"|primary|foreign|cache|sort|partition|idempotency|storage|registration|push|device|fake|dummy|stop)[_-]?[\w-]*$"
)
"""Names before the sign of equality whose values are nobody's secret, although `key` or `token` is in them."""
HARMLESS_SUFFIX: Final = (
    r"(?i)[_.-]?(?:ids?|names?|types?|ur[il]s?|endpoints?|paths?|files?|count|length|len|size|refs?|arn|hash|digest|fingerprint"
    r"|expires\w*|expiry|ttl|version|fields?|headers?|prefix|suffix|format|patterns?|polic(?:y|ies)|alg\w*|hashers?|index|class"
    r"|provider|manager|limit|usage|per\w*|rotation|age)$"
)

MARGIN: Final = r"(?:\s|\\[nr]|[\"'+>#|*/;]|\b\d{1,4}[.:|)]?(?=\s))*+"
"""What may stand before a line that was pasted: spaces, quotes, a comment's or a diff's sign, a line number."""
PRIVATE_WORDS: Final = ("PRIVATE KEY", "Private-Lines", "OpenVPN Static")
PRIVATE_KEY: Final = (
    r"-----BEGIN (?:[A-Z0-9]+ ){0,4}(?:PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1)-----"
    + MARGIN
    + r"(?:[A-Z][A-Za-z-]+:[^\n\\]*(?:\n|\\[nr])"
    + MARGIN
    + r"){0,8}+(?=[A-Za-z0-9+/=]{16})"
    + r"|Private-Lines: \d+"
    + MARGIN
    + r"(?=[A-Za-z0-9+/=]{16})"
)
"""The head of a private key, up to where its body begins."""
CHPASSWD: Final = r":([^\s:\"'|]{8,200})[\"']?\s{0,3}\|\s{0,3}(?:sudo\s+)?chpasswd"
KEY_LINES: Final = r"(?:[A-Za-z0-9+/=]{4,}+" + MARGIN + r")++"
"""The lines of a private key's body."""
