import {readFileSync} from 'node:fs';
import {DamagedInput} from '../errors.ts';

/** By bit; linux/capability.h, without `CAP_`. */
const names = [
	'CHOWN',
	'DAC_OVERRIDE',
	'DAC_READ_SEARCH',
	'FOWNER',
	'FSETID',
	'KILL',
	'SETGID',
	'SETUID',
	'SETPCAP',
	'LINUX_IMMUTABLE',
	'NET_BIND_SERVICE',
	'NET_BROADCAST',
	'NET_ADMIN',
	'NET_RAW',
	'IPC_LOCK',
	'IPC_OWNER',
	'SYS_MODULE',
	'SYS_RAWIO',
	'SYS_CHROOT',
	'SYS_PTRACE',
	'SYS_PACCT',
	'SYS_ADMIN',
	'SYS_BOOT',
	'SYS_NICE',
	'SYS_RESOURCE',
	'SYS_TIME',
	'SYS_TTY_CONFIG',
	'MKNOD',
	'LEASE',
	'AUDIT_WRITE',
	'AUDIT_CONTROL',
	'SETFCAP',
	'MAC_OVERRIDE',
	'MAC_ADMIN',
	'SYSLOG',
	'WAKE_ALARM',
	'BLOCK_SUSPEND',
	'AUDIT_READ',
	'PERFMON',
	'BPF',
	'CHECKPOINT_RESTORE',
];

export function capabilities(): ReadonlySet<string> {
	return parseCapabilities(readFileSync('/proc/self/status', 'utf8'));
}

/** Effective capabilities in the text of a `/proc/PID/status`. */
export function parseCapabilities(status: string): ReadonlySet<string> {
	const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
	if (mask === undefined) throw new DamagedInput('the status of the process has no CapEff line');
	const bits = BigInt(`0x${mask}`);
	return new Set(names.filter((_, bit) => (bits >> BigInt(bit)) & 1n));
}
