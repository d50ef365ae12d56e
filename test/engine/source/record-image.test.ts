import {mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	imageRecordPath,
	parseImageRecord,
	type RecordedEntry,
} from '../../../engine/source/image-record.ts';
import {recordImage} from '../../../engine/source/record-image.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {directory, file, recordEntry} from './trees.ts';

const test = suite<{folder: string}>('recording an image');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-record-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const writtenSec = 1_700_000_000;
const system = {...hostSystem(), now: () => new Date(writtenSec * 1000 + 999)};
const owner = {uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0};
const layer = {...owner, mtimeSec: 1000, mtimeNsec: 0};

/** A root file system whose folders came with a layer, all but /opt/new. */
function makeRoot(root: string): void {
	for (const folder of ['dev', 'etc', 'opt/new', 'run/lock', 'usr/lib/slipway', 'usr/share/doc'])
		mkdirSync(path.join(root, folder), {recursive: true, mode: 0o755});
	writeFileSync(path.join(root, 'etc/hosts'), 'hosts\n', {mode: 0o644});
	writeFileSync(path.join(root, 'etc/passwd'), 'passwd\n');
	writeFileSync(path.join(root, imageRecordPath), 'of an earlier build\n');
	for (const name of ['dev', 'etc/hosts', 'etc', 'opt', 'usr', 'usr/lib', 'usr/lib/slipway'])
		system.setMtime(path.join(root, name), layer.mtimeSec, 0);
	for (const name of ['usr/share/doc', 'usr/share', 'run', '.'])
		system.setMtime(path.join(root, name), layer.mtimeSec, 0);
}

function readEntries(root: string): Map<string, RecordedEntry> {
	return new Map(parseImageRecord(readFileSync(path.join(root, imageRecordPath), 'utf8')).entries);
}

test('notices that it describes another image than the one it is written to', ({folder: root}) => {
	const [described, built] = ['described', 'built'].map((name) => path.join(root, name));
	assert.ok(described && built);
	for (const place of [described, built]) {
		makeRoot(place);
		system.setMtime(path.join(place, 'etc/passwd'), layer.mtimeSec, 0);
	}
	const record = () => recordImage(system, {root: described, into: built}).otherImage;
	assert.is(record(), undefined);
	writeFileSync(path.join(built, 'etc/passwd'), 'passwd\nada\n');
	assert.is(record(), '/etc/passwd');
});

test('writes down folders, and the files that an engine hides', ({folder: root}) => {
	makeRoot(root);
	const madeSec = Math.floor(statSync(path.join(root, 'opt/new')).mtimeMs / 1000);
	const summary = recordImage(system, {root, into: root});
	const entries = readEntries(root);
	assert.equal(summary, {entries: entries.size, hidden: [], otherImage: undefined});
	const {mode} = statSync(root);
	const layerFolder = directory({}, layer);
	assert.equal(
		entries,
		new Map([
			['/', recordEntry(directory({}, {...layer, mode: mode & 0o7777}), {entryCount: 5})],
			['/dev', recordEntry(layerFolder)],
			['/etc', recordEntry(layerFolder, {entryCount: 2})],
			['/etc/hosts', recordEntry(file('hosts\n', layer))],
			['/opt', recordEntry(layerFolder, {entryCount: 1})],
			// Of this build: its layer will hold whole seconds.
			[
				'/opt/new',
				recordEntry(directory({}, {...layer, mtimeSec: madeSec}), {isUncommitted: true}),
			],
			['/run', recordEntry(layerFolder)],
			['/usr', recordEntry(layerFolder, {entryCount: 2, isUncommitted: true})],
			['/usr/lib', recordEntry(layerFolder, {entryCount: 1, isUncommitted: true})],
			['/usr/lib/slipway', recordEntry(layerFolder, {entryCount: 1, isUncommitted: true})],
			['/usr/share', recordEntry(layerFolder, {entryCount: 1})],
			['/usr/share/doc', recordEntry(layerFolder)],
		]),
	);
});

test('gives the record the time that it holds', ({folder: root}) => {
	makeRoot(root);
	recordImage(system, {root, into: root});
	const file = path.join(root, imageRecordPath);
	assert.is(statSync(file).mtimeMs, writtenSec * 1000);
	assert.is(parseImageRecord(readFileSync(file, 'utf8')).writtenSec, writtenSec);
});

test('describes one root in another, with the folders around the record as they are there', ({
	folder,
}) => {
	const [root, into] = [path.join(folder, 'stage'), path.join(folder, 'image')];
	for (const place of [root, into]) mkdirSync(place);
	makeRoot(root);
	rmSync(path.join(root, 'usr/lib/slipway'), {recursive: true});
	recordImage(system, {root, into});
	const entries = readEntries(into);
	const {mtimeMs} = statSync(path.join(into, 'usr/lib/slipway'));
	const around = directory({}, {...layer, mtimeSec: Math.floor(mtimeMs / 1000)});
	assert.equal(
		entries.get('/usr/lib/slipway'),
		recordEntry(around, {entryCount: 1, isUncommitted: true}),
	);
	assert.equal(entries.get('/etc/hosts'), recordEntry(file('hosts\n', layer)));
});

test.run();
