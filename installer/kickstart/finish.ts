import type {FinishAnswers} from '../answers/answers.ts';
import type {CommandLines} from './parse-commands.ts';
import type {Report} from './report.ts';

const actions: Readonly<Record<string, FinishAnswers['action']>> = {
	halt: 'wait',
	poweroff: 'poweroff',
	reboot: 'reboot',
	shutdown: 'poweroff',
};

/** reboot, poweroff, shutdown or halt, the last of them; who says nothing waits for a key. */
export function finishOf({reboot}: CommandLines, report: Report): FinishAnswers {
	const line = reboot.at(-1);
	if (line === undefined) return {action: 'wait', onFailure: undefined};
	const {eject, kexec} = line.options;
	if (kexec !== undefined) {
		const found = 'a start past the firmware';
		report.shortcoming(kexec.at, {key: `${line.name} --kexec`, found, expected: 'reboot'});
	}
	const finish: FinishAnswers = {action: actions[line.name], onFailure: undefined};
	return eject === undefined ? finish : {...finish, eject: true};
}

/** Whether nothing is asked: `cmdline`, or what says so. Undefined when it may be. */
export function unattendedOf({text}: CommandLines, report: Report): boolean | undefined {
	const line = text.at(-1);
	if (line === undefined) return undefined;
	const quiet = line.options['non-interactive'];
	if (line.name === 'graphical') report.note(line.at, 'there is no graphical mode; text is used');
	if (line.name === 'cmdline' && quiet !== undefined) {
		const fault = {found: 'given for cmdline', expected: 'cmdline alone, which asks nothing'};
		report.mistake(quiet.at, {key: 'cmdline --non-interactive', ...fault});
	}
	return line.name === 'cmdline' || quiet !== undefined ? true : undefined;
}

/** What is read, and then for the image or the running system to say. */
export function noteTheRest({eula, firstboot, logging}: CommandLines, report: Report): void {
	for (const {at} of eula) report.note(at, 'eula changes nothing: an image has its own');
	for (const {at, options} of firstboot)
		if (options.disabled === undefined)
			report.note(at, 'what is asked at the first boot is for the image to say');
	for (const {at, options} of logging) {
		report.note(at, 'logging is about the system that installs, whose log stays with it');
		if (options.port !== undefined && options.host === undefined) {
			const found = 'given without --host';
			report.mistake(options.port.at, {key: 'logging --port', found, expected: 'both or none'});
		}
		if (options.level !== undefined) report.note(at, '--level is gone since Fedora 40');
	}
}
