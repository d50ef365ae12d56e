import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {filesInTree} from '../../../engine/lint/image-places.ts';
import {ImageRoot} from '../../../engine/lint/image-root.ts';
import {device, directory, file, symlink} from '../source/trees.ts';

const test = suite('an image whose files lie anywhere');

const program = file('the program', {mode: 0o104755, uid: 3, gid: 4, mtimeSec: 9});
const root = directory({
	usr: directory({bin: directory({tool: program, again: program, empty: file()})}),
	bin: symlink('usr/bin'),
	up: symlink('/../../bin/tool'),
	loop: symlink('loop'),
	'd\xc3\xa4nisch': symlink('bin/nothing'),
	null: device(0x0103, {}),
});
const tree = {root, files: [{path: '/objects/t\xc3\xb6', inode: program}]};
const image = new ImageRoot(filesInTree(tree));

test('has facts of its files, links as they are or followed', async () => {
	const facts = {type: 'file', mode: 0o4755, uid: 3, gid: 4, size: 11, mtimeSec: 9} as const;
	assert.equal(await image.facts('/bin/tool'), {...facts, target: undefined});
	assert.equal(await image.followed('/up'), {...facts, target: undefined});
	assert.is((await image.facts('/up'))?.target, '/../../bin/tool');
	assert.is((await image.facts('/null'))?.type, 'other');
	for (const nothing of ['/dänisch', '/loop', '/usr/bin/tool/below', '/none'])
		assert.is(await image.followed(nothing), undefined, nothing);
});

test('knows where they are', async () => {
	assert.equal(await image.list('/bin'), ['again', 'empty', 'tool']);
	assert.equal(await image.list('/'), ['bin', 'dänisch', 'loop', 'null', 'up', 'usr']);
	assert.is(await image.hostPath('/up'), '/objects/tö');
	assert.is(await image.text('/bin/empty'), '');
	assert.equal(await image.regularFile('/bin/again'), {
		path: '/objects/tö',
		size: 11,
		verityDigest: undefined,
	});
	const walked: string[] = [];
	for await (const [place] of image.walk('/usr')) walked.push(place);
	assert.equal(walked.sort(), ['/usr/bin', '/usr/bin/again', '/usr/bin/empty', '/usr/bin/tool']);
});

test.run();
