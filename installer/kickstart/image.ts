import type {ImageAnswers} from '../answers/answers.ts';
import {imageReference} from '../config/value-fields.ts';
import {checked} from './checked.ts';
import type {LineOf} from './honoured-commands.ts';
import type {Given} from './options.ts';
import type {CommandLines} from './parse-commands.ts';
import type {Report} from './report.ts';

const transports = [
	'registry',
	'docker',
	'oci',
	'oci-archive',
	'docker-archive',
	'containers-storage',
];

/** bootc or ostreecontainer: what is installed, and where its updates come from. */
export function imageOf({bootc, ostreecontainer}: CommandLines, report: Report): ImageAnswers {
	const line = bootc.at(-1);
	const other = ostreecontainer.at(-1);
	if (line !== undefined && other !== undefined)
		report.mistake(other.at, {
			key: other.name,
			found: 'given beside bootc',
			expected: 'one of them',
		});
	if (line !== undefined) return imageOfBootc(line, report);
	return other === undefined ? {target: undefined} : imageOfContainer(other, report);
}

function imageOfBootc({options}: LineOf<'bootc'>, report: Report): ImageAnswers {
	const {'source-imgref': source, 'target-imgref': target, bootloader, composefs} = options;
	reportStateroot('bootc', options.stateroot, report);
	if (bootloader !== undefined && bootloader.value !== 'systemd') {
		const found = JSON.stringify(bootloader.value);
		report.shortcoming(bootloader.at, {key: 'bootc --bootloader', found, expected: 'systemd'});
	}
	if (composefs !== undefined)
		report.note(composefs.at, '--composefs changes nothing: it is always so');
	if (source === undefined) return {target: undefined};
	const [transport, ...rest] = source.value.split(':');
	const reference = {value: rest.join(':').replace(/^\/\//, ''), at: source.at};
	if (!transports.includes(transport ?? '') || reference.value === '') {
		const found = JSON.stringify(source.value.slice(0, 128));
		const expected = `TRANSPORT:REFERENCE with a transport of ${transports.join(', ')}`;
		report.mistake(source.at, {key: 'bootc --source-imgref', found, expected});
		return {target: undefined};
	}
	const isRegistry = transport === 'registry' || transport === 'docker';
	const pulled = isRegistry
		? checked(imageReference, reference, 'bootc --source-imgref', report)
		: undefined;
	return {
		// Updates come from the same place, which must be one that others reach too.
		target:
			target === undefined
				? pulled
				: checked(imageReference, target, 'bootc --target-imgref', report),
		source: source.value,
	};
}

function imageOfContainer({options}: LineOf<'ostreecontainer'>, report: Report): ImageAnswers {
	const {url, transport, remote, 'no-signature-verification': unverified} = options;
	reportStateroot('ostreecontainer', options.stateroot, report);
	if (remote !== undefined)
		report.note(remote.at, '--remote changes nothing: there are no remotes');
	if (unverified !== undefined) {
		const found = 'left out: policy.json says what is verified';
		report.warning(unverified.at, {
			key: 'ostreecontainer --no-signature-verification',
			found,
			expected: 'a policy in the image',
		});
	}
	if (url === undefined) return {target: undefined};
	const name = transport?.value ?? 'registry';
	if (transport !== undefined && !transports.includes(name)) {
		const found = JSON.stringify(name.slice(0, 64));
		const expected = transports.join(', ');
		report.mistake(transport.at, {key: 'ostreecontainer --transport', found, expected});
	}
	const isRegistry = name === 'registry' || name === 'docker';
	const target = isRegistry
		? checked(imageReference, url, 'ostreecontainer --url', report)
		: undefined;
	return {target, source: `${name}:${url.value}`};
}

function reportStateroot(command: string, given: Given<string> | undefined, report: Report): void {
	if (given !== undefined && given.value !== 'default')
		report.note(given.at, `${command} --stateroot changes nothing: there is one, default`);
}
