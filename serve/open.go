package main

import (
	"os/exec"
	"runtime"
)

// openBrowser shows url in the browser that the desktop prefers; it does not wait for it.
func openBrowser(url string) error {
	command := openCommand(runtime.GOOS, url)
	cmd := exec.Command(command[0], command[1:]...)
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait() // so that no zombie stays; whether a page appeared is for the user to see
	return nil
}

// openCommand returns what opens url on an operating system, with its arguments.
func openCommand(goos, url string) []string {
	switch goos {
	case "darwin":
		return []string{"open", url}
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler", url}
	}
	return []string{"xdg-open", url}
}
