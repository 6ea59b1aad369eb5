from grader.inside.stand_ins import MOST_ANSWERS, STAND_INS
from tests.conftest import Run
from tests.grader.test_old_api import failures


def test_colab_and_kaggle_are_harmless_and_what_they_were_asked_for_is_told(run: Run):
    colab = """
from google.colab import auth, drive, files, output, userdata
import google.colab
drive.mount("/content/drive", force_remount=True)
uploaded = files.upload()
for name in uploaded.keys():
    print(name)
auth.authenticate_user(); output.clear(); userdata.get("KEY") + ""; drive.flush_and_unmount()
with output.redirect_to_element("#x"):
    pass
"""
    own = "open('own.csv', 'w').write('a,b'); assert uploaded['own.csv'] == b'a,b'"
    kaggle = """
import gdown, kaggle, kagglehub, opendatasets
from kaggle.api.kaggle_api_extended import KaggleApi
api = KaggleApi()
api.authenticate(); kaggle.api.dataset_download_files("a/b", path=".", unzip=True)
assert kagglehub.dataset_download("author/name") == "name"
opendatasets.download("https://kaggle.com/x"); gdown.download("https://drive.google.com/x", "x.csv")
"""
    recording = run(colab, own, kaggle)
    assert failures(recording) == {}
    said = [(each.cell, each.sentence) for each in recording.substitutes]
    assert (1, "Google Drive was not mounted at /content/drive: files are looked for by their names.") in said
    assert (1, "`files.upload()` uploaded nothing: nobody chooses a file while a notebook is graded.") in said
    assert (3, "`author/name` was not downloaded: there is no network.") in said


def test_the_first_file_of_an_upload_is_one_that_its_author_may_have_chosen(run: Run):
    offer = "from grader.inside import stand_ins; stand_ins.Uploaded.offered = lambda: ['a.csv']"
    first = """
from google.colab import files
open('a.csv', 'w').write('x,y')
uploaded = files.upload()
assert list(uploaded.keys())[0] == next(iter(uploaded)) == 'a.csv' and len(uploaded) == 1
assert uploaded['a.csv'] == next(iter(uploaded.values())) == b'x,y' and list(uploaded.items()) == [('a.csv', b'x,y')]
"""
    assert failures(run(offer, first)) == {}


def test_every_stand_in_is_there(run: Run):
    assert failures(run("\n".join(f"import {name}" for name in STAND_INS))) == {}


def test_input_gets_an_empty_line_but_no_endless_row_of_them(run: Run):
    ask = "import getpass\nassert input('How many? ') == getpass.getpass() == ''"
    recording = run(ask, "while not input():\n    pass", "print('go on')")
    assert failures(recording) == {2: f"EOFError: input() was asked {MOST_ANSWERS} times, and nobody types here"}
    assert recording.cells[0].output.startswith("How many?")
    assert [each.sentence for each in recording.substitutes] == [
        "`input()` got an empty line: nobody types while a notebook is graded."
    ]


def test_windows_do_not_open_and_their_pictures_are_in_the_output(run: Run):
    opencv = """
import cv2, numpy as np
from google.colab.patches import cv2_imshow
cv2.namedWindow("w"); cv2.imshow("w", np.zeros((4, 4, 3), np.uint8)); cv2_imshow(np.zeros((4, 4, 1)))
while cv2.waitKey(1) & 0xFF != ord("q"):
    pass
cv2.destroyAllWindows()
"""
    plots = """
import matplotlib
matplotlib.use("TkAgg", warn=False)
import matplotlib.pyplot as plt
plt.switch_backend("Qt5Agg"); plt.plot([1, 2]); plt.show(block=True)
"""
    recording = run(opencv, plots, "%matplotlib notebook\nplt.plot([2, 1]); plt.show()")
    assert failures(recording) == {}
    assert recording.cells[0].output.count("PIL.Image") == 2
    assert [cell.output.count("<Figure") for cell in recording.cells[1:]] == [1, 1]
    assert "Matplotlib's backend TkAgg needs a window" in recording.substitutes[0].sentence


def test_networks_are_drawn_without_graphviz(run: Run):
    build = "import keras, os\nmodel = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])"
    draw = """
from ann_visualizer.visualize import ann_viz
from keras.utils import model_to_dot, plot_model
from keras_visualizer import visualizer
ann_viz(model, title="Mine", view=True); visualizer(model, file_format="png")
keras.utils.plot_model(model, show_shapes=True); plot_model(model, to_file="model.jpg")
assert open("model.png", "rb").read(4) == b"\\x89PNG" and os.path.getsize("model.jpg") > 1000
assert b"<svg" in model_to_dot(model).create(prog="dot", format="svg")
"""
    assert failures(run(build, draw)) == {}


def test_figures_of_plotly_and_bars_of_tqdm_need_no_network_and_no_widgets(run: Run):
    plotly = """
import plotly.express as px
from plotly.offline import init_notebook_mode, iplot
init_notebook_mode(connected=True); px.line(x=[1, 2], y=[3, 4]).show(); iplot([{"y": [1, 2]}])
"""
    bars = "from tqdm.notebook import tqdm, trange\nfor _ in tqdm(range(3)):\n    pass"
    recording = run(plotly, bars, output_mb=1)
    assert recording.run.status == "finished"


def test_what_nltk_would_download_has_the_nearest_in_its_place(run: Run):
    clean = """
import nltk
from nltk.corpus import stopwords
from nltk.stem import WordNetLemmatizer, PorterStemmer
from nltk.tokenize import word_tokenize
assert not nltk.download("stopwords")
assert "the" in set(stopwords.words("english"))
assert word_tokenize("It was bad. Very bad!") == nltk.word_tokenize("It was bad. Very bad!")
assert [WordNetLemmatizer().lemmatize(word) for word in ("films", "bad")] == ["films", "bad"]
"""
    recording = run(clean, "stopwords.words('german')")
    assert list(failures(recording)) == [2]
    said = [each.sentence for each in recording.substitutes]
    assert said[0] == "`nltk.download('stopwords')` was not done: there is no network."
    assert len(said) == 4


def test_estimators_of_scikeras_build_train_and_search(run: Run):
    search = """
import keras, numpy as np
from scikeras.wrappers import KerasClassifier, KerasRegressor
from sklearn.model_selection import GridSearchCV
def build(units=2, rate=0.1):
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(units), keras.layers.Dense(1, activation="sigmoid")])
x, y = np.random.rand(40, 4), np.arange(40) % 2
clf = KerasClassifier(model=build, loss="binary_crossentropy", optimizer="adam", epochs=1, verbose=0)
found = GridSearchCV(clf, {"model__units": [2, 3]}, cv=2).fit(x, y)
assert found.best_params_["model__units"] in (2, 3)
assert len(clf.fit(x, y).history_["loss"]) == 1 and clf.model_.count_params() == 13
KerasRegressor(build, loss="mse", verbose=0).fit(x, y).predict(x)
"""
    recording = run(search)
    assert failures(recording) == {}
    assert "scikeras is not here" in recording.substitutes[0].sentence


def test_what_notebooks_commonly_import_is_installed(run: Run):
    assert failures(run("import cv2, mlxtend.plotting, nltk, PIL, plotly, pydot, seaborn, tensorboard, tqdm")) == {}
