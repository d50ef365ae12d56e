const types = 'service|socket|target|timer|path|mount|automount|swap|slice|scope|device';

/** `sshd` is `sshd.service`. */
export function fullUnitName(name: string): string {
	return new RegExp(`\\.(${types})$`).test(name) ? name : `${name}.service`;
}

export function isUnitName(name: string): boolean {
	return /^[A-Za-z0-9:_.\\@-]{1,255}$/.test(name) && !name.startsWith('.') && !name.startsWith('@');
}

/** `getty@tty1.service` is of the template `getty@.service`. */
export function templateOf(name: string): string | undefined {
	const [, prefix, instance, suffix] = /^([^@]+)@(.*)(\.[a-z]+)$/.exec(name) ?? [];
	return instance === undefined || instance === '' ? undefined : `${prefix}@${suffix}`;
}

/** A name as the instance of a template. @see systemd-escape(1) */
export function escapedInstance(name: string): string {
	return name.replace(
		/^\.|[^A-Za-z0-9:_.]/g,
		(character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
	);
}

export function instanceOf(name: string): string {
	return /^[^@]+@(.*)\.[a-z]+$/.exec(name)?.[1] ?? '';
}

export function isTemplate(name: string): boolean {
	return /^[^@]+@\.[a-z]+$/.test(name);
}
