/** What /etc/selinux/config says that SELinux is; undefined when it says nothing. */
export function selinuxMode(text: string): string | undefined {
	return /^\s*SELINUX=(\w+)\s*$/m.exec(text)?.[1];
}
