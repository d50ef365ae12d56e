/** node import-process.ts ROOT STORE: what `import.ts` measures. Makes a store of a folder, and its image. */
import {writeImage} from '../../engine/erofs/writer.ts';
import {importDirectory} from '../../engine/store/import-directory.ts';
import {createStore} from '../../engine/store/store.ts';
import {hostSystem} from '../../engine/system/host.ts';

const [root = '', store = ''] = process.argv.slice(2);
const system = hostSystem();
await using writer = await createStore(system, store).write();
const {root: tree} = await importDirectory(system, writer, root);
writer.addImage(writeImage(tree, {flavour: 'c', version: 'auto'}));
await writer.commit();
