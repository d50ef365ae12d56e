/** A name that systemd takes: a file's, in ASCII and without colons. */
export function isCredentialName(name: string): boolean {
	return /^(?!\.{1,2}$)[!-.0-9;-~]{1,255}$/.test(name);
}
