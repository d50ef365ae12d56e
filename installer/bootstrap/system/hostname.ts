import type {BootstrapWork} from '../work.ts';

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
/** Of the kernel. */
const longest = 64;

export function isHostname(name: string): boolean {
	return name.length <= longest && name.split('.').every((part) => label.test(part));
}

export const hostnameHint =
	'Use letters, digits and "-", in parts between dots, at most 64 in all.';

export function putHostname({files, problems, note}: BootstrapWork, name: string): void {
	if (!isHostname(name)) {
		problems.usage(`${JSON.stringify(name)} is no host name`, {hint: hostnameHint});
		return;
	}
	const place = '/etc/hostname';
	files.file(place, `${name}\n`);
	note(`host name ${name}`, place);
}
