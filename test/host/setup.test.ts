/** The build step /usr/lib/slipway/setup, in a container of the reference image. */
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {imageName, projectRoot, whyNoImage} from '../setup/image.ts';
import {podman} from './podman.ts';

const suiteOf = suite('setup of an image');
const reason = await whyNoImage();
if (reason !== undefined) console.log(`skipped: ${reason}`);
const test = reason === undefined ? suiteOf : suiteOf.skip;

const setup = path.join(projectRoot, 'image/root/usr/lib/slipway/setup');

/** What commands print after setup ran on what other commands had made. No initramfs is built. */
async function afterSetup(before: string, after: string): Promise<string> {
	const script = `set -e
mkdir /run/bin; ln -s /bin/true /run/bin/dracut; PATH=/run/bin:$PATH
${before}
sh /run/setup >/dev/null
sh /run/setup | grep -v initramfs || :
${after}`;
	const volume = `--volume=${setup}:/run/setup:ro`;
	const run = ['run', '--rm', volume, '--entrypoint=', imageName, 'sh', '-c', script];
	return (await podman(run, {timeoutMs: 120_000})).stdout;
}

test('makes places without files writable', async () => {
	const printed = await afterSetup(
		`rm /usr/local /opt
		mkdir -p /usr/local/bin /usr/local/share/man /opt/empty
		ln -s share/man /usr/local/man`,
		'readlink /usr/local /opt /var/usrlocal/man; ls -d /var/usrlocal/bin /var/opt/empty',
	);
	assert.is(printed, '../var/usrlocal\nvar/opt\nshare/man\n/var/opt/empty\n/var/usrlocal/bin\n');
});

const kept = `slipway setup: /usr/local holds software: it stays in the image, read-only on the machine
slipway setup: /opt holds software: it stays in the image, read-only on the machine
/opt/app/run
/usr/local/bin/tool
`;

test('leaves software in the image', async () => {
	const printed = await afterSetup(
		`rm /usr/local /opt
		mkdir -p /usr/local/bin /opt/app
		touch /usr/local/bin/tool /opt/app/run`,
		'find -P /usr/local /opt -type f | sort',
	);
	assert.is(printed, kept);
});

test('takes software back that came through the links of a base', async () => {
	const printed = await afterSetup(
		`mkdir -p /usr/local/bin /opt/app
		touch /usr/local/bin/tool /opt/app/run`,
		'find -P /usr/local /opt -type f | sort',
	);
	assert.is(printed, kept);
});

test('enables a tmp.mount that the distribution has as an example only', async () => {
	const printed = await afterSetup(
		`cd /usr/lib/systemd/system
		mkdir -p /usr/share/systemd
		mv tmp.mount /usr/share/systemd/
		rm local-fs.target.wants/tmp.mount`,
		`readlink local-fs.target.wants/tmp.mount
		grep Where= local-fs.target.wants/tmp.mount`,
	);
	assert.is(printed, '../tmp.mount\nWhere=/tmp\n');
});

suiteOf.run();
