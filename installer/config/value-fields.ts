/** Fields of the values that several tables have. */
import {isIP} from 'node:net';
import path from 'node:path';
import {isFault, splitArguments} from '../../engine/boot/kernel-argument.ts';
import {EngineError} from '../../engine/errors.ts';
import {parseReference} from '../../engine/oci/reference.ts';
import {durationSyntax, parseDuration} from '../../engine/update/duration.ts';
import {parseApplyWindow} from '../../engine/update/settings-schema.ts';
import {isTimeZone} from '../../engine/update/wall-clock.ts';
import {parsePublicKey} from '../answers/public-key.ts';
import {formatExactSize, parseSize, sizeSyntax} from '../disk/size.ts';
import {converted, type Field, text, wholeNumber} from './field.ts';

export const anyText = text('a text', {pattern: /\S/});

/** RFC 1123; a name may have a domain behind it. Linux takes 64 characters. */
export const hostname = text('a host name of letters, digits, dashes and dots', {
	pattern:
		/^(?=.{1,64}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
});

/** As useradd takes it: beginning with a lower-case letter, 32 characters at most. */
export const accountName = text('a name of lower-case letters, digits, - and _', {
	pattern: /^[a-z_][a-z0-9_-]{0,31}$/,
});

/** The last two numbers mean "no ID" to the kernel. */
export const accountId = wholeNumber(0, 2 ** 32 - 3, 'an ID');

export const sshKey = text('a public key such as "ssh-ed25519 AAAA… name"', {
	check: (line) => parsePublicKey(line) !== undefined,
});

/** Bytes. */
export const size: Field<number> = converted(text(sizeSyntax), {
	read: parseSize,
	write: formatExactSize,
});

export const seconds: Field<number> = converted(text(durationSyntax), {
	read: (value) => {
		const ms = parseDuration(value);
		return ms === undefined ? undefined : Math.round(ms / 1000);
	},
	write: (value) => `${value}s`,
});

export const absolutePath = text('a path from the root on, without ..', {
	check: (value) => value.length > 1 && path.posix.normalize(value) === value && value[0] === '/',
});

export const stateFilePath = text('a path of a file below /etc or /var', {
	check: (value) => path.posix.normalize(value) === value && /^\/(?:etc|var)\/.*[^/]$/s.test(value),
});

/** Bits of a mode. */
export const mode: Field<number> = converted(
	text('an octal mode as a text, such as "0644"', {pattern: /^0?[0-7]{3,4}$/}),
	{
		read: (value) => {
			const bits = Number.parseInt(value, 8);
			return bits <= 0o7777 ? bits : undefined;
		},
		write: (bits) => bits.toString(8).padStart(4, '0'),
	},
);

export const kernelArgument = text('kernel arguments that slipway does not set itself', {
	check: (value) => !isFault(splitArguments(value)),
});

export const imageReference = text(
	'an image reference such as "registry.example.com/myos:latest"',
	{
		check: isReference,
	},
);

export const timeZone = text('a time zone such as "Europe/Berlin"', {
	// Intl also takes offsets, and names in whatever case; files are found by their exact name.
	pattern: /^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/,
	check: isTimeZone,
});

/** The window of a day as in the updater's settings. */
export const updateWindow = text('a window such as "02:00-05:00"', {
	check: (value) => {
		const [start, end, ...more] = value.split('-');
		return more.length === 0 && parseApplyWindow({start, end}) !== undefined;
	},
});

export const address = text('an IP address', {check: (value) => isIP(value) !== 0});

export const cidr = text('an address with its prefix, such as "192.0.2.7/24"', {check: isCidr});

export const macAddress = text('a hardware address such as "52:54:00:12:34:56"', {
	pattern: /^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$/,
});

/** 15 characters at most, as the kernel has it. */
export const interfaceName = text('the name of an interface', {
	pattern: /^(?!\.{1,2}$)[^\s/:%]{1,15}$/,
});

export const unitName = text('the name of a unit, such as "sshd.service"', {
	pattern:
		/^[\w:.\\@-]{1,247}\.(?:service|socket|timer|path|target|mount|automount|swap|slice|device)$/,
});

export const sha256 = text('a SHA-256 of 64 hex digits', {pattern: /^[0-9a-f]{64}$/});

export const webAddress = text('a URL with https:// or http://', {
	check: (value) => ['https:', 'http:'].includes(URL.parse(value)?.protocol ?? ''),
});

function isReference(value: string): boolean {
	try {
		parseReference(value);
		return true;
	} catch (error) {
		if (error instanceof EngineError) return false;
		throw error;
	}
}

function isCidr(value: string): boolean {
	const [ip = '', prefix = '', ...more] = value.split('/');
	const version = isIP(ip);
	const most = version === 4 ? 32 : 128;
	return more.length === 0 && version !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= most;
}

export const locale = text('a locale such as "de_DE.UTF-8"', {
	pattern: /^(?:C|POSIX|[a-z]{2,3}(?:_[A-Z]{2})?)(?:\.[A-Za-z0-9-]+)?(?:@[a-z]+)?$/,
});

export const keymap = text('a console keymap such as "de-latin1"', {pattern: /^[A-Za-z][\w.-]*$/});

export const timeServer = text('the name or address of a server', {
	check: (value) =>
		isIP(value) !== 0 || /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(value),
});

const belowVar = /^\/var(?:\/(?!\.{1,2}(?:\/|$))[\w.@+-]+)*$/;
const belowVarSyntax = '"/var" or a path below it such as "/var/home"';

export const mountPoint = text(belowVarSyntax, {pattern: belowVar});

export const rootOrMountPoint = text(`"/", ${belowVarSyntax}`, {
	check: (value) => value === '/' || belowVar.test(value),
});
