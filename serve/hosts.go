package main

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
)

// hosts are the names, besides loopback and the server's own addresses, that a request may call the server
// by. A web page of any other name, whose owner lets it resolve to this machine (DNS rebinding), is
// refused, or it could read the folder as its own.
type hosts []string

// String is the form of the command line.
func (h *hosts) String() string { return strings.Join(*h, ",") }

// Set adds what one -host says.
func (h *hosts) Set(name string) error {
	*h = append(*h, name)
	return nil
}

// plain returns the names as hostOf does, or an error for the first that is none.
func (h hosts) plain() (hosts, error) {
	var plain hosts
	for _, name := range h {
		host, ok := hostOf(name)
		if !ok {
			return nil, fault.New("serve-bad-host", name)
		}
		plain = append(plain, host)
	}
	return plain, nil
}

// hostOf returns the host of a Host header without port, brackets and final dot, in lower case; an address is
// returned as netip writes it.
func hostOf(header string) (host string, ok bool) {
	host, port, err := net.SplitHostPort(header)
	if err != nil { // no port
		host = strings.TrimSuffix(strings.TrimPrefix(header, "["), "]")
	}
	if strings.Trim(port, "0123456789") != "" {
		return "", false
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return plainAddr(ip).String(), true
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host, host != "" && header[0] != '[' && !strings.ContainsFunc(host, foreign)
}

// foreign tells the characters that are in no name as browsers send it: other alphabets come as xn--.
func foreign(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_')
}

// plainAddr returns an address without its zone, and as IPv4 where it is that.
func plainAddr(ip netip.Addr) netip.Addr { return ip.Unmap().WithZone("") }

// allow reports whether a request that came to the address local may call the server by this Host header.
func (h hosts) allow(header string, local net.Addr) bool {
	host, ok := hostOf(header)
	if !ok {
		return false
	}
	if slices.Contains(h, host) {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host == "localhost"
	}
	tcp, ok := local.(*net.TCPAddr)
	return ip.IsLoopback() || ok && ip == plainAddr(tcp.AddrPort().Addr()) || own(ip)
}

// own reports whether this machine has the address.
func own(ip netip.Addr) bool {
	addrs, _ := net.InterfaceAddrs() // without them there is none to compare
	return slices.ContainsFunc(addrs, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && plainAddr(prefix.Addr()) == ip
	})
}

// guard refuses, in w's words, requests that call the server by another name.
func (h hosts) guard(next http.Handler, w *words.Language) http.Handler {
	return http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		if !h.allow(r.Host, local) {
			name := r.Host[:min(len(r.Host), 100)]
			http.Error(answer, w.Say("serve-other-host", name), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(answer, r)
	})
}
