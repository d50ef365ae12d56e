import {isFault, splitArguments} from '../../engine/boot/kernel-argument.ts';
import type {BootAnswers} from '../answers/answers.ts';
import type {LineOf} from './honoured-commands.ts';
import type {Given} from './options.ts';
import type {CommandLines} from './parse-commands.ts';
import type {Report} from './report.ts';

/** bootloader, and what selinux needs of the kernel. */
export function bootOf({bootloader, selinux}: CommandLines, report: Report): BootAnswers {
	const line = bootloader.at(-1);
	const isOff = selinux.at(-1)?.options.disabled !== undefined;
	if (line !== undefined) reportUnusable(line, report);
	const append = line === undefined ? [] : argumentsOf(line.options.append, report);
	return {
		kernelArguments: isOff ? [...append, 'selinux=0'] : append,
		timeoutSeconds: line?.options.timeout?.value,
	};
}

function argumentsOf(append: Given<string> | undefined, report: Report): readonly string[] {
	if (append === undefined || append.value.trim() === '') return [];
	const split = splitArguments(append.value);
	if (!isFault(split)) return split;
	const found = `bootloader --append: ${split.what}`;
	report.mistake(append.at, {key: '', found, expected: split.expected});
	return [];
}

/** The one boot loader is systemd-boot, on the ESP. */
function reportUnusable({options}: LineOf<'bootloader'>, report: Report): void {
	const {location, password, driveorder, leavebootorder, disabled, extlinux} = options;
	const key = 'bootloader --location';
	if (location?.value === 'partition') {
		const expected = 'mbr or boot, which both are the ESP';
		report.mistake(location.at, {key, found: '"partition"', expected});
	}
	const none = location?.value === 'none' ? location : disabled;
	if (none !== undefined) {
		const found = 'a system without a boot loader';
		report.mistake(none.at, {
			key: 'bootloader',
			found,
			expected: 'systemd-boot, which slipway updates',
		});
	}
	if (extlinux !== undefined) {
		const fault = {key: 'bootloader --extlinux', found: 'not possible here', expected: '--sdboot'};
		report.mistake(extlinux.at, fault);
	}
	if (password !== undefined) {
		const found = 'left out: systemd-boot has none';
		report.warning(password.at, {
			key: 'bootloader --password',
			found,
			expected: 'a password of the firmware',
		});
	}
	if (driveorder !== undefined && driveorder.value.length > 1) {
		const fault = {found: 'several disks', expected: '--boot-drive=…'};
		report.mistake(driveorder.at, {key: 'bootloader --driveorder', ...fault});
	}
	reportOutdated(options, report);
	if (leavebootorder !== undefined)
		report.note(leavebootorder.at, '--leavebootorder changes nothing: the order is left alone');
}

function reportOutdated(
	{nombr, md5pass, default: system}: LineOf<'bootloader'>['options'],
	report: Report,
): void {
	const outdated = [
		{given: nombr, option: 'nombr', expected: 'nothing: no boot record is written'},
		{given: md5pass, option: 'md5pass', expected: 'a password of the firmware'},
		{given: system, option: 'default', expected: 'slipway, which says what boots next'},
	];
	for (const {given, option, expected} of outdated) {
		if (given === undefined) continue;
		const key = `bootloader --${option}`;
		report.mistake(given.at, {key, found: 'not possible here', expected});
	}
}
