package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"cosinelab/assets/words"
)

func TestOnlyOwnNamesAreAnswered(t *testing.T) {
	local := &net.TCPAddr{IP: net.IPv4(203, 0, 113, 7), Port: 8080}
	names := hosts{"lab.example", "198.51.100.4"}
	for header, want := range map[string]bool{
		"localhost": true, "localhost:8080": true, "LocalHost.:1": true, "localhost:": true,
		"127.0.0.1": true, "127.0.0.1:9000": true, "127.8.9.10": true, "[::1]": true, "[::1]:8080": true,
		"[::ffff:127.0.0.1]:8080": true, "[0:0:0:0:0:0:0:1]": true,
		"203.0.113.7": true, "203.0.113.7:8080": true, "[::ffff:203.0.113.7]": true,
		"lab.example": true, "LAB.example.:443": true, "198.51.100.4:80": true,
		"": false, ":8080": false, "evil.example": false, "evil.example:8080": false,
		"localhost.evil.example": false,
		"lab.example.evil":       false, "evil.localhost.example": false, "sub.lab.example": false,
		"notlocalhost": false,
		"203.0.113.8":  false, "0.0.0.0": false, "[::]": false, "[2001:db8::1]": false, "2130706433": false,
		"127.1":      false,
		"0x7f.0.0.1": false, "0177.0.0.1": false, "localhost:80:80": false, "localhost:http": false,
		"[localhost]": false, "user@localhost": false, "localhost/": false, "localhost,evil": false,
		"localhost evil":         false,
		"127.0.0.1.evil.example": false, "localhost:-1": false, "локалхост": false, "localhost..": false,
	} {
		if got := names.allow(header, local); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

func TestEveryAddressOfThisMachineIsItsName(t *testing.T) {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Skip("no addresses:", err)
	}
	for _, a := range addrs {
		ip := netip.MustParsePrefix(a.String()).Addr()
		if header := net.JoinHostPort(ip.String(), "8080"); !(hosts{}).allow(header, nil) {
			t.Errorf("%s is refused", header)
		}
	}
}

// Every path is behind the guard, and the answer says in words what to do.
func TestOtherNamesAreRefusedInWords(t *testing.T) {
	h := testHandler(t, dataFolder(t))
	for _, path := range []string{"/", "/bench", "/" + labWasm, "/data/", "/data/files/a.csv", "/missing"} {
		for name, value := range map[string]string{"GET": "evil.example", "HEAD": "evil.example:8080",
			"POST": ""} {
			r, err := http.NewRequest(name, "http://evil.example"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = value
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			got := w.Result()
			text := body(t, got)
			if got.StatusCode != http.StatusMisdirectedRequest ||
				got.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
				t.Errorf("%s %s of %q: %d %v", name, path, value, got.StatusCode, got.Header)
			}
			if want := words.English().Say("serve-other-host", value); strings.TrimSpace(text) != want {
				t.Errorf("%s %s of %q: %q, want %q", name, path, value, text, want)
			}
		}
	}
}

func TestNamesOfTheCommandLineAreAnswered(t *testing.T) {
	url, _ := start(t, "-host", "Lab.Example", "-host", "10.0.0.1", "-data", dataFolder(t))
	for host, want := range map[string]int{
		"lab.example": 200, "lab.example:443": 200, "10.0.0.1": 200, "localhost": 200, "": 200,
		"evil.example": 421,
	} {
		r, err := http.NewRequest("GET", url+"data/files/a.csv", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host // empty: the address
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if text := body(t, got); got.StatusCode != want || (want == 200) != (text == "0123456789") {
			t.Errorf("%q: %d %q, want %d", host, got.StatusCode, text, want)
		}
		got.Body.Close()
	}
}

func TestWhoCanReadTheFolderIsSaid(t *testing.T) {
	w := words.English()
	for _, c := range []struct {
		ip     net.IP
		folder string
		want   string
	}{
		{net.IPv4(127, 0, 0, 1), "/d", ""},
		{net.IPv6loopback, "/d", ""},
		{net.IPv4(203, 0, 113, 7), "/d", w.Say("serve-open-folder", "/d", "http://203.0.113.7:80/")},
		{net.IPv4(203, 0, 113, 7), "", w.Say("serve-open-page", "http://203.0.113.7:80/")},
		{net.IPv4zero, "/d", w.Say("serve-open-folder", "/d", strings.Join(ownURLs(80), " "))},
	} {
		got := strings.Join(exposure(w, &net.TCPAddr{IP: c.ip, Port: 80}, c.folder), "\n")
		if got != c.want {
			t.Errorf("%v %q: %q, want %q", c.ip, c.folder, got, c.want)
		}
	}
}

// A Host that is allowed is, whatever its form, loopback, an own address or a name of the command line.
func FuzzHost(f *testing.F) {
	for _, s := range []string{"localhost:8080", "[::1%25eth0]:80", "evil.example", "LAB.EXAMPLE.", "::1",
		"127.0.0.1.", "[::ffff:7f00:1]"} {
		f.Add(s)
	}
	local := &net.TCPAddr{IP: net.IPv4(203, 0, 113, 7)}
	names := hosts{"lab.example"}
	f.Fuzz(func(t *testing.T, header string) {
		host, ok := hostOf(header)
		if !names.allow(header, local) {
			return
		}
		again, same := hostOf(host)
		if !ok || !same || again != host || strings.ToLower(host) != host {
			t.Errorf("%q is allowed as %q, which is read as %q", header, host, again)
		}
		ip, err := netip.ParseAddr(host)
		named := host == "localhost" || host == "lab.example"
		if !named && (err != nil || !ip.IsLoopback() && host != "203.0.113.7" && !own(ip)) {
			t.Errorf("%q is allowed as %q", header, host)
		}
		if !strings.Contains(strings.ToLower(header), host) && err != nil {
			t.Errorf("%q does not hold %q", header, host)
		}
	})
}
