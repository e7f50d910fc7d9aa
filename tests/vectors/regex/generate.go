// Makes vectors.tsv with Go's regexp, whose syntax and meaning cosign's
// users know: go run generate.go > vectors.tsv
//
// Columns: pattern, text, and 1 (found), 0 (not found) or E (does not
// compile; the text is then "-"). Bytes that are not printable ASCII, and
// "%", are written %XX. What plomb says it does not support (Unicode classes,
// folding beyond ASCII, surrogates) is not in the table but in test_regex.c.
package main

import (
	"bufio"
	"fmt"
	"math/rand"
	"os"
	"regexp"
	"strings"
)

var identities = []string{
	`^https://github\.com/acme/app/\.github/workflows/release\.yml@refs/tags/v[0-9]+\.[0-9]+\.[0-9]+$`,
	`^https://github.com/acme/`,
	`https://github.com/acme/.*`,
	`example.com`,
	`@example\.com$`,
	`^.*@example\.com$`,
	`^[^@]+@(example|acme)\.(com|org)$`,
	`(?i)^JANE@EXAMPLE\.COM$`,
	`^https://(accounts\.google\.com|token\.actions\.githubusercontent\.com)$`,
	`^https://gitlab\.com/acme/(app|lib)//\.gitlab-ci\.yml@refs/(heads|tags)/.+$`,
	`^\Qhttps://github.com/acme/app/.github/workflows/\E(ci|release)\.ya?ml@refs/heads/(main|release/\d+)$`,
	`.`, `.*`, `.+`, ``, `^$`, `^`, `$`,
}

var subjects = []string{
	"https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1.20.3",
	"https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1.20.3-rc1",
	"https://github.com/acme/app/.github/workflows/ci.yaml@refs/heads/release/12",
	"https://github.com/acme/app/.github/workflows/ci.yml@refs/heads/main\n",
	"https://githubXcom/acme/app",
	"https://github.com.evil.example/https://github.com/acme/",
	"https://example.com.evil/",
	"jane@example.com", "JANE@EXAMPLE.COM", "Jane@eXample.com\n", "jane@evil@example.com", "jane@acme.org",
	"https://accounts.google.com", "https://token.actions.githubusercontent.com", "https://token.actions.githubusercontent.com/",
	"https://gitlab.com/acme/app//.gitlab-ci.yml@refs/heads/main",
	"", "\n", "\x00", "\xff", "é",
}

// One construct each, and what Go says of it being wrong.
var constructs = []string{
	`a`, `abc`, `a|b`, `a|b|`, `|a`, `|`, `(a|b)c`, `(|a)b`, `(a|)b`, `()`, `(())`, `()*`, `(a*)*b`, `(a*)+b`, `(a|b)*c`, `(?:a|b)+c`, `(a?){3}b`,
	`a*`, `a+`, `a?`, `a*?b`, `a+?b`, `a??b`, `a{2}`, `a{2,}`, `a{2,3}b`, `a{0}b`, `a{0,}b`, `a{0,1}b`, `a{1}b`, `a{2}?b`, `(ab){2}`, `(ab){2,}c`, `(a|b){2,3}c`,
	`a{,2}`, `a{`, `a{2`, `a{2,`, `a{a}`, `a{02}`, `{`, `}`, `{2}`, `a{,2}*`, `a{2}{3}`, `a{3,2}`, `a{1000}`, `a{1001}`, `a{1,1001}`, `a{1001,}`, `a{99999999999}`, `a{0,99999999999}`,
	`(a{10}){100}`, `(a{10}){101}`, `((a{10}){10}){10}`, `((a{10}){10}){11}`, `(a{2,}){500}`, `(a{2,}){501}`, `(a{0,}){1000}`, `(a{0}){1000}`, `((a{100}){0}){1000}`, `(a{1000}){0,1}`, `(a{1000})*`, `((a{1000})*){2}`, `(a{600}|b{3}){2}`, `a{600}(b{3}){2}`,
	`**`, `a**`, `a*+`, `a+*`, `a???`, `a*??`, `a{2}*`, `*`, `+a`, `?`, `a|*`, `(*)`, `(?:*)`, `(+)`, `^*`, `$?`, `\b+`, `(?i)*`, `a(?i)*`, `a*(?i)*`, `a|(?i)*`, `a\Q\E*`, `a*\Q\E*`, `\Q\E*`,
	`^a`, `a$`, `^a$`, `\Aa\z`, `(?m)^a$`, `(?m)a$`, `(?m:^)a`, `(?-m)^a`, `(?m)\Aa\z`, `a^`, `$a`, `(?m)$.^`, `(?ms)$.^`, `^^a$$`, `a|^b`, `\ba`, `a\b`, `\Ba`, `a\B`, `\b`, `\B`, `\b\B`, `^\b`, `\B$`, `\bé`, `a\Z`, `\G`,
	`.`, `a.c`, `(?s)a.c`, `(?s:a.)c`, `a.{2}`, `..`, `(?s)^.$`, `^..$`,
	`[a]`, `[abc]`, `[a-c]`, `[^a]`, `[^a-c]`, `[]a]`, `[^]a]`, `[a-]`, `[-a]`, `[a-b-c]`, `[--a]`, `[+--]`, `[a^]`, `[\]]`, `[\-a]`, `[a\-c]`, `[\\]`, `[.]`, `[*+?]`, `[$^]`, `[ab`, `[`, `[]`, `[^]`, `[^`, `[a-`, `[a-\`, `[b-a]`, `[a-\d]`, `[\d-z]`, `[\d\s]`, `[^\d\s]`, `[\D]`, `[^\D]`, `[\W\d]`, `[^\W]`, `[\S]`, `[\x41-\x43]`, `[\101-\103]`, `[é-ü]`, `[^é]`, `[\x{1F600}-\x{1F64F}]`, `[^\x00-\x{10FFFF}]`, `[\x00-\x{10FFFF}]`, `[\b]`, `[\Q]`, `[\A]`, `[\z]`, `[(|)]`, `[a&&b]`, `[a-c-e]`,
	`[[:alpha:]]`, `[[:^alpha:]]`, `[^[:alpha:]]`, `[^[:^alpha:]]`, `[[:alnum:]]`, `[[:ascii:]]`, `[[:^ascii:]]`, `[[:blank:]]`, `[[:cntrl:]]`, `[[:digit:]]`, `[[:graph:]]`, `[[:lower:]]`, `[[:print:]]`, `[[:punct:]]`, `[[:space:]]`, `[[:upper:]]`, `[[:word:]]`, `[[:xdigit:]]`, `[[:foo:]]`, `[[:d:]]`, `[[::]]`, `[[:^:]]`, `[[:alpha:]`, `[[:alpha]]`, `[[:]`, `[[:a]b:]]`, `[:alpha:]`, `[[:alpha:][:digit:]_-]+`, `[[:alpha:]-z]`,
	`\d`, `\D`, `\w`, `\W`, `\s`, `\S`, `\d+\s\w`, `^\w+$`, `^\W$`,
	`\n`, `\t`, `\r`, `\f`, `\v`, `\a`, `\x41`, `\x4`, `\x`, `\xg1`, `\x4g`, `\x{41}`, `\x{}`, `\x{41`, `\x{4g}`, `\x{110000}`, `\x{10FFFF}`, `\x{000000000041}`, `\x{FFFD}`, `^\x{FFFD}$`, `\0`, `\00`, `\000`, `\0000`, `\101`, `\12`, `\1`, `\8`, `\9a`, `\777`, `\_`, `\.`, `\-`, `\/`, `\ `, `\!`, `\"`, `\é`, `\q`, `\e`, `\E`, `\C`, `\R`, `\h`, `\`, `a\`, `\Q`, `\Qa`, `\Qa*\E`, `\Qa*\Eb`, `\Qa\\E`, `\Q\E`, `\Qab\E*`, `\Q(\E`, `a\Q`, `\QéE\E`,
	`(`, `)`, `(a`, `a)`, `(a))`, `((a)`, `(?`, `(?)`, `(?:`, `(?:)`, `(?:a`, `(?:a)`, `(?P<n>a)`, `(?<n>a)`, `(?P<n>a)(?P<n>b)`, `(?P<n1_>a)`, `(?P<1>a)`, `(?P<>a)`, `(?<>a)`, `(?P<n>`, `(?P<n`, `(?P<`, `(?<`, `(?<n`, `(?P<n a>b)`, `(?P<é>a)`, `(?Pn>a)`, `(?P=n)`, `(?P>n)`, `(?'n'a)`, `(?=a)`, `(?!a)`, `(?<=a)`, `(?<!a)`, `(?>a)`, `(?|a)`, `(?#a)`, `(?x)a`, `(?i`, `(?i:`, `(?i)`, `(?--i)a`, `(?-)a`, `(?i-)a`, `(?i-i)a`, `(?ii)a`, `(?i-s:a)`, `(?-i:a)`, `(?ims)a`, `(?U)a*b`, `(?-U:a*)b`, `(?i)a(?-i)b`, `(?i:a)b`, `((?i)a)b`, `(?i)a|b`, `(a(?i)b|c)d`, `(?i)(?-i:a)b`, `(?s).(?-s).`, `(a)\1`, `(?R)`, `(?1)`,
	`(?i)abc`, `(?i)k`, `(?i)s`, `(?i)K`, `(?i)[k]`, `(?i)[^k]`, `(?i)[a-z]`, `(?i)[^a-z]`, `(?i)[A-Z]`, `(?i)[J-L]`, `(?i)[r-t]`, `(?i)\w`, `(?i)\W`, `(?i)[\W]`, `(?i)[^\W]`, `(?i)\d`, `(?i)\S`, `(?i)[[:upper:]]`, `(?i)[[:lower:]]`, `(?i)[[:^lower:]]`, `(?i)[[:ascii:]]`, `(?i)[[:^ascii:]]`, `(?i)[[:xdigit:]]`, `(?i)[!-~]`, `(?i)0-9`, `(?i)\x6b`, `(?i)\Qk.\E`, `(?i)[^\x00-\x{10FFFF}]`, `(?i)\x{1F600}`, `(?i)[\x{1F600}-\x{1F64F}]`, `(?i)[\x00-\x{10FFFF}]`, `(?i).k`, `(?i)K{2}`,
	"é", "^é$", "é+", "[é]", "a\x00b", "\n", "\ufffd", "😀", "\xff", "a\xc3", "[\xff]", "\xed\xa0\x80", "(?P<\xff>a)", "\\\xff", "\\Q\xff\\E", "\\x\xff",
	`(((((((((a)))))))))`, `(?:(?:(?:a|b)|c)|d)+e`, `a(b(c(d)*)*)*e`, `(a+)+$`, `(a|aa)+$`, `([a-z]+)*[0-9]`, `(x+x+)+y`,
}

var texts = []string{
	"", "a", "b", "ab", "abc", "aab", "aaa", "ba", "k", "K", "s", "S", "ſ", "\u212a", "A", "0", "_", "-", "]", "^", "\\", ".", "*", " ", "\t", "\n", "\v", "\x00", "é", "ü", "😀", "\ufffd", "\xff", "\xc3", "\xed\xa0\x80", "a\nb", "a\n", "\na", "a b", "a.c", "a*b", "{2}", "a{,2}", "(",
}

func esc(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] > '~' || s[i] == '%' {
			fmt.Fprintf(&b, "%%%02X", s[i])
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func rows(w *bufio.Writer, pattern string, texts []string) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		fmt.Fprintf(w, "%s\t-\tE\n", esc(pattern))
		return
	}
	for _, text := range texts {
		found := 0
		if re.MatchString(text) {
			found = 1
		}
		fmt.Fprintf(w, "%s\t%s\t%d\n", esc(pattern), esc(text), found)
	}
}

var pieces = strings.Split(`a b k s 0 _ . é \d \w \S [a-k] [^b] [[:alpha:]\d] ( (?: (?i: (?s: (?P<n> ) ) ) | * + ? {2} {0,2} {2,} *? ^ $ \b \B \z (?i) (?m) \Q \E [ ] \x41 \07 {`, " ")

func main() {
	r := rand.New(rand.NewSource(1))
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for _, p := range identities {
		rows(w, p, subjects)
	}
	for i, p := range constructs {
		var some []string
		for j := 0; j < 8; j++ {
			some = append(some, texts[(i*7+j*5)%len(texts)])
		}
		rows(w, p, append(some, "a", "aab", "ab\n", "k\u212a", p))
	}
	for n := 0; n < 400; n++ {
		p := ""
		for k := r.Intn(9); k >= 0; k-- {
			p += pieces[r.Intn(len(pieces))]
		}
		if strings.Contains(p, "(?i") && strings.Contains(p, "é") {
			continue
		}
		var some []string
		for k := 0; k < 3; k++ {
			some = append(some, texts[r.Intn(len(texts))]+texts[r.Intn(len(texts))])
		}
		rows(w, p, some)
	}
}
