/** Scripts of an installation by a container: a kickstart's, which write what it includes, and failing ones. */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {imageName, whyNoImage} from '../setup/image.ts';
import {attachDisk, makeDisk} from '../setup/install.ts';
import {whyNoLoopDevices} from './disk.ts';
import {inspectInstalled, listInstalled} from './installed-disk.ts';
import {podman} from './podman.ts';

const suiteOf = suite('an installation with scripts');
const reason = whyNoLoopDevices() ?? (await whyNoImage());
if (reason !== undefined) console.log(`skipped: ${reason}`);
const test = reason === undefined ? suiteOf : suiteOf.skip;

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-scripted-'));
const place = (name: string) => path.join(folder, name);
suiteOf.after(() => rmSync(folder, {recursive: true}));

/** An empty disk, and what is handed in and out of the container. */
function prepare(files: Readonly<Record<string, string>>) {
	rmSync(place('site'), {recursive: true, force: true});
	mkdirSync(place('site'));
	for (const [name, text] of Object.entries(files)) writeFileSync(place(`site/${name}`), text);
	makeDisk(place('disk.raw'));
	return attachDisk(place('disk.raw'));
}

async function install(config: string, ...args: readonly string[]) {
	const {status, stdout, stderr} = await podman(
		[
			...['run', '--rm', '--privileged', '--volume', `${place('site')}:/site`, imageName],
			...['install', '--config', `/site/${config}`, ...args],
		],
		{okStatuses: [0, 1, 3]},
	);
	return {status, said: stdout + stderr};
}

const kickstart = `text --non-interactive
zerombr
clearpart --all --initlabel
rootpw --lock
%include /tmp/boot.ks
%pre --erroronfail
echo 'bootloader --append="site=1"' > /tmp/boot.ks
%end
%pre-install
echo "before $SLIPWAY_DISK"
%end
%post --erroronfail --log=/var/log/ks-post.log
echo inside > /etc/made-by-script
touch /usr/never 2> /dev/null || echo 'usr is read-only'
%end
%post --nochroot --erroronfail
cp "$SLIPWAY_TARGET/etc/made-by-script" /site/outside
%end
reboot
`;

test('of a kickstart runs them at their moments, and none of them for a plan', async () => {
	using disk = prepare({'site.ks': kickstart});
	const plan = await install('site.ks', '--dry-run', disk.path);
	assert.is(plan.status, 0, plan.said);
	assert.not.match(plan.said, 'site=1');
	assert.match(plan.said, 'scripts that come before everything were not run');
	const {status, said} = await install('site.ks', disk.path);
	assert.is(status, 0, said);
	for (const line of [`  before ${disk.path}`, '  usr is read-only'])
		assert.ok(said.split('\n').includes(line), said);
	assert.match(said, 'finish.action is left out: reboot is for a live system');
	assert.is(readFileSync(place('site/outside'), 'utf8'), 'inside\n');
	const listing = await listInstalled(disk.path);
	for (const file of [/ state\/deploy\/[^/]+\/etc\/upper\/made-by-script /, /\/var\/log\/ks-post/])
		assert.ok(
			listing.some((line) => file.test(line)),
			String(file),
		);
	// Mount points of scripts leave nothing.
	assert.not.ok(listing.some((line) => /upper\/resolv\.conf|slipway-script/.test(line)));
});

test('that fails in the new system leaves a disk that says so, and tells who is to know', async () => {
	using disk = prepare({
		'site.toml': `version = 1
[[scripts.post]]
run = "exit 3"
[[scripts.on-error]]
run = 'echo "$SLIPWAY_ERROR ($SLIPWAY_RESULT)" > /site/error'
`,
	});
	const {status, said} = await install('site.toml', disk.path);
	assert.is(status, 1, said);
	assert.match(said, 'the script of the new system, number 1 of 1, ended with status 3');
	assert.is((await inspectInstalled(disk.path)).state, 'unfinished');
	assert.is(
		readFileSync(place('site/error'), 'utf8'),
		'the script of the new system, number 1 of 1, ended with status 3 (unfinished)\n',
	);
});

test('that fails before the first write changes nothing', async () => {
	using disk = prepare({'site.toml': 'version = 1\n[[scripts.pre-install]]\nrun = "exit 3"\n'});
	const {status, said} = await install('site.toml', disk.path);
	assert.is(status, 3, said);
	assert.is((await inspectInstalled(disk.path)).state, 'empty');
});

suiteOf.run();
