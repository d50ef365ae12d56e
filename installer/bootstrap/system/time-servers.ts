import {isIP} from 'node:net';
import type {BootstrapWork} from '../work.ts';
import {isHostname} from './hostname.ts';

/** Of Debian; of Fedora. */
const chronyFiles = ['/etc/chrony/chrony.conf', '/etc/chrony.conf'];
const timesyncd = '/usr/lib/systemd/systemd-timesyncd';
const timesyncdFile = '/etc/systemd/timesyncd.conf.d/50-slipway.conf';

/** Has the image's time service ask these servers, and no others. */
export function putTimeServers(work: BootstrapWork, servers: readonly string[]): void {
	const {image, files, problems, note} = work;
	const wrong = servers.filter((server) => isIP(server) === 0 && !isHostname(server));
	for (const server of wrong)
		problems.usage(`${JSON.stringify(server)} is no time server`, {
			hint: 'Give a host name or an address.',
		});
	if (wrong.length > 0) return;
	const chrony = chronyFiles.find((file) => image.isFile(file));
	const what = servers.length === 0 ? 'no time servers' : `time from ${servers.join(', ')}`;
	if (chrony !== undefined && image.isFile('/usr/sbin/chronyd')) {
		files.file(chrony, chronySettings(image.text(chrony) ?? '', servers));
		note(what, chrony);
	} else if (image.isFile(timesyncd)) {
		files.file(timesyncdFile, `[Time]\nNTP=\nNTP=${servers.join(' ')}\nFallbackNTP=\n`);
		note(what, timesyncdFile);
	} else
		problems.refuse('no-time-service', 'the image has neither chrony nor systemd-timesyncd', {
			hint: 'Install one in the image, or leave out the time servers.',
		});
}

function chronySettings(text: string, servers: readonly string[]): string {
	const others = text
		.split('\n')
		.filter((line) => !/^\s*(server|pool|peer|sourcedir)\s/i.test(line));
	while (others.at(-1) === '') others.pop();
	const lines = [...others, ...servers.map((server) => `server ${server} iburst`)];
	return `${lines.join('\n')}\n`;
}
